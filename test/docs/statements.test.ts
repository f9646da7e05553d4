import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import { canonicalDigest } from "../../src/model/statements/canonical-json.ts";
import { hexOf } from "../../src/model/digest.ts";
import { allowedSignersText, makePerson } from "../statements/people.ts";
import { StatementWriter, type Written } from "../statements/statement-writer.ts";

const GUIDE = join(import.meta.dirname, "../../docs/statements.md");
const NOW_MS = Date.parse("2026-11-20T10:11:12Z");
const HEX = "0123456789abcdef".repeat(4);
const STATE = {
  pin: {
    image: `registry.example.com/ehealth/portal:1.0.0@sha256:${HEX}`,
    chart: `oci://registry.example.com/charts/web-service:1.0.0@sha256:${HEX}`,
  },
  settings: { replicas: 2, env: { GREETING: "Grüezi  wohl" } },
};

describe("the guide to statements", function () {
  // A shell with a dozen processes, on a machine that is busy with other tests.
  this.timeout(30_000);
  let folder: string;
  let written: Written;
  let writer: StatementWriter;

  before(async function () {
    // Nothing but this guide needs it.
    if ((await run("jq", ["--version"]).catch(() => undefined)) === undefined) this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-guide-"));
    const [anna, ben] = await Promise.all([
      makePerson(folder, "anna@example.com"),
      makePerson(folder, "ben@example.com"),
    ]);
    await mkdir(join(folder, "trust"));
    await writeFile(join(folder, "trust", "allowed_signers"), allowedSignersText([anna, ben]));
    writer = new StatementWriter(join(folder, "statements"), "lockstep");
    const applications = { portal: { state: STATE, digest: canonicalDigest(STATE) } };
    written = await writer.write({ stage: "extest", who: anna, atMs: NOW_MS, from: "inttest", applications });
    await writer.approve(written, ben, "release-managers", NOW_MS);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What an auditor types. */
  async function checkByHand(): Promise<ProcessResult> {
    const guide = await readFile(GUIDE, "utf8");
    const script = /```sh\n(# Its digest[^]*?)```/.exec(guide)?.[1] ?? assert.fail("no script in the guide");
    const statement = relative(folder, written.folder);
    return run("/bin/sh", ["-eu", "-c", script], { cwd: folder, env: { statement } });
  }

  it("shows how a statement and its approvals are checked with sha256sum, jq and ssh-keygen", async () => {
    const { stdout } = await checkByHand();
    const state = hexOf(canonicalDigest(STATE));
    assert.match(stdout, new RegExp(`^${hexOf(written.statement.digest)} `));
    assert.match(stdout, new RegExp(`^sha256:${state}\n${state} `, "m"));
    assert.match(stdout, /Good "statement@lockstep" signature for anna@example\.com/);
    assert.match(stdout, /Good "approval@lockstep" signature for ben@example\.com/);
  });

  for (const file of ["statement.json", "approvals/1.json"]) {
    it(`shows that ${file} was changed`, async () => {
      await writer.tamper(written, file, (text) => text.replace("lockstep", "padlock"));
      await assert.rejects(checkByHand(), { name: "ProcessError", code: "failed" });
    });
  }
});
