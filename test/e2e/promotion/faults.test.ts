import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ProcessError, run, type ProcessResult } from "../../../src/adapters/processes.ts";
import { privateMounts } from "../../adapters/private-mounts.ts";
import { ageLocks, forget, killedBefore, leftovers, steps } from "../killed-verb.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { Platform } from "../platform.ts";
import { answered, canAsk } from "../terminal.ts";

const FILE = "Pulumi.extest.yaml";
const PROMOTE = ["promote", "inttest", "extest"];
const REASON = ["--reason", "tested"];
const TIMEOUT_MS = 120_000;

/** In each test something comes in between of a promotion; afterwards everything is as it was committed. */
describe("a promotion that something comes in between of", function () {
  this.timeout(400_000);
  let platform: Platform;
  let untouched: string;

  before(async () => {
    platform = await Platform.make({ applications: ["patients", "portal"] });
    await platform.up("inttest");
    untouched = await platform.clone.read(FILE);
  });
  afterEach(async () => {
    await platform.git("reset", "--quiet", "--hard", "origin/main");
    await platform.git("clean", "--quiet", "--force", "-d");
    await forget(platform.clone);
  });
  after(() => platform.remove());

  const promote = (...flags: readonly string[]): Promise<ProcessResult> =>
    platform.as("anna", [...PROMOTE, ...REASON, "--yes", ...flags]);

  async function killed(step: keyof typeof steps): Promise<string> {
    const env = killedBefore(steps[step]("extest"));
    const ending = platform.as("anna", [...PROMOTE, ...REASON, "--yes"], { env });
    const error = await ending.then(textOf, (reason: unknown) => reason);
    assert.ok(error instanceof ProcessError && error.exitCode === undefined, String(error));
    assert.match(error.message, /SIGKILL/);
    return error.stdout;
  }

  /** Neither the file nor a statement is other than it was. */
  async function assertOld(): Promise<void> {
    assert.equal(await platform.clone.gitStatus(), "");
  }

  /** One statement with both applications, and the stack file with what it states and was shown. */
  async function assertWritten(shown: string): Promise<void> {
    const folder = await platform.newestStatement("extest");
    const statement = await platform.clone.read(join(folder, "statement.json"));
    const file = await platform.clone.read(FILE);
    const pins = [...shown.matchAll(/^ {2}image +(\S+@sha256:[0-9a-f]{64})$/gm)].map(([, image = ""]) => image);
    assert.equal(pins.length, 2, shown);
    for (const image of pins) assert.ok(file.includes(image) && statement.includes(image), image);
    assert.deepEqual(await leftovers(platform.clone), []);
  }

  const check = (): Promise<ProcessResult> => platform.as("ben", ["check", "extest", "--base", "origin/main"]);

  it("killed before it decided: nothing has happened, and the next one is the first", async () => {
    await killed("deciding");
    await assertOld();
    // As slow as it is: the lock of the killed run is taken over when nobody has touched it for a while.
    const text = succeeded(await promote());
    assert.doesNotMatch(text, /earlier run/);
    await assertWritten(text);
  });

  it("killed after it decided: the files are the old ones, and the next run finishes what was shown", async () => {
    const shown = await killed("stating");
    await assertOld();
    const dry = succeeded(await platform.as("anna", [...PROMOTE, "--dry-run"]));
    assert.match(dry, /an earlier run was killed while it wrote statements\/extest/);
    await assertOld();
    await ageLocks(platform.clone);
    assert.match(succeeded(await promote()), /finished what an earlier run was killed at: statements\/extest/);
    await assertWritten(shown);
  });

  it("killed with the statement alone in its place: nothing is deployed, and everybody says what to do", async () => {
    const shown = await killed("pinning");
    assert.equal(await platform.clone.read(FILE), untouched);
    const words = ["that a killed run decided on", "npm run promote -- inttest extest"];
    refused(await check(), words, 1);
    refused(await platform.clone.pulumi(["preview", "--stack", "extest"]), ["refused, nothing was changed", ...words]);
    const status = succeeded(await platform.as("anna", ["status"]));
    assert.match(status, /extest is refused/);
    assert.match(status, /killed\s+run/);
    await ageLocks(platform.clone);
    assert.match(succeeded(await promote("--commit")), /finished what an earlier run was killed at/);
    assert.equal(await platform.clone.gitStatus(), "");
    await assertWritten(shown);
    succeeded(await check());
  });

  it("killed with everything in its place: it counts, and the next run clears up", async () => {
    const shown = await killed("ending");
    succeeded(await check());
    await ageLocks(platform.clone);
    assert.match(succeeded(await promote()), /finished what an earlier run was killed at/);
    await assertWritten(shown);
    const again = succeeded(await promote("--commit"));
    const commit = /not committed: (git add .*) && git commit$/m.exec(again)?.[1] ?? assert.fail(again);
    await run("sh", ["-c", commit], { cwd: platform.clone.folder });
    assert.doesNotMatch(await platform.clone.gitStatus(), /^(?:.[^ ]|\?)/m);
  });

  it("finishes nothing over what somebody edited since, and names both ways out", async () => {
    await killed("pinning");
    await appendFile(join(platform.clone.folder, FILE), "# a thought\n");
    await ageLocks(platform.clone);
    const text = refused(await promote(), ["edited since", "to drop it: rm -rf", "to finish it"], 1);
    assert.equal(await platform.clone.read(FILE), `${untouched}# a thought\n`);
    const drop = /to drop it: (rm -rf .*)$/m.exec(text)?.[1] ?? assert.fail(text);
    await run("sh", ["-c", drop], { cwd: platform.clone.folder });
    await platform.git("checkout", "--quiet", FILE);
    await assertOld();
    succeeded(await platform.as("anna", [...PROMOTE, "--dry-run"]));
  });

  it("wins against another of another application, or loses; never both, and never half of each", async () => {
    const endings = await Promise.all(["portal", "patients"].map((name) => promote(name, "--json")));
    const codes = endings.map(({ exitCode }) => exitCode).toSorted();
    assert.deepEqual(codes, [0, 1], endings.map(textOf).join("\n"));
    const [winner, loser] = endings[0]?.exitCode === 0 ? ["portal", "patients"] : ["patients", "portal"];
    const why = endings.find(({ exitCode }) => exitCode === 1)?.stdout ?? "";
    assert.match(why, /"code": "(?:file-changed|dirty-files|file-locked)"/);
    const file = await platform.clone.read(FILE);
    assert.ok(file.includes(`/${winner}:`) && !file.includes(`/ehealth/${loser}:`), file);
    const status = await platform.git("status", "--porcelain", "--untracked-files=all");
    assert.equal(status.split("\n").length, 3, status);
    succeeded(await check());
  });

  /** On a terminal; what happens while the question waits. */
  async function asked(meanwhile: () => Promise<unknown>): Promise<{ exitCode: number | null; text: string }> {
    const { folder: cwd, env } = platform.clone;
    const command = [process.execPath, join(cwd, "bin", "lockstep.js"), ...PROMOTE, "portal", ...REASON];
    const terminal = { cwd, env: { ...env, ...(await platform.identity("anna")) }, timeoutMs: TIMEOUT_MS };
    return answered(command, terminal, async () => {
      await meanwhile();
    });
  }

  it("is not written over what an editor saved while it asked", async function () {
    if (!(await canAsk())) this.skip();
    const saved = `${untouched}# saved meanwhile\n`;
    const { exitCode, text } = await asked(() => platform.clone.write(FILE, saved));
    assert.equal(exitCode, 1, text);
    assert.match(text, /changed meanwhile/);
    assert.equal(await platform.clone.read(FILE), saved);
    assert.equal(await platform.git("status", "--porcelain", "--untracked-files=all"), `M ${FILE}`);
    assert.deepEqual(await leftovers(platform.clone), []);
  });

  it("is not written beside another that was written while it asked", async function () {
    if (!(await canAsk())) this.skip();
    const { exitCode, text } = await asked(async () => succeeded(await promote("portal")));
    assert.equal(exitCode, 1, text);
    assert.match(text, /was not there when this was planned/);
    assert.equal((await platform.git("ls-files", "--others", "--exclude-standard")).split("\n").length, 2);
  });

  /** Where somebody has mounted something: the verb, and then what git says of the clone. */
  async function mounted(mount: string): Promise<{ said: string; status: string }> {
    const unshare = await privateMounts();
    if (unshare === undefined) throw new Error("asked before");
    const { folder: cwd, env } = platform.clone;
    const verb = [process.execPath, join(cwd, "bin", "lockstep.js"), ...PROMOTE, ...REASON, "--yes", "--json"];
    const script = `set -e; cd ${cwd}; mkdir -p statements .lockstep/pending; ${mount}
      ${verb.join(" ")} || echo "exit code $?"
      echo "now:"; { git status --porcelain --untracked-files=all; find .lockstep/pending -mindepth 1; } | grep -v ballast || true`;
    const [file, ...flags] = unshare;
    const options = { cwd, env: { ...env, ...(await platform.identity("anna")) }, timeoutMs: TIMEOUT_MS };
    const { stdout } = await run(file, [...flags, "sh", "-c", script], options);
    const [said = "", status = ""] = stdout.split("now:\n");
    return { said, status };
  }

  for (const [what, code, mount] of [
    ["a full disk below .lockstep/", "disk-full", full(".lockstep/pending")],
    ["a full disk below statements/", "disk-full", full("statements")],
    [
      "a stack file that may only be read",
      "file-not-writable",
      `mount --bind ${FILE} ${FILE}; mount -o remount,ro,bind ${FILE}`,
    ],
  ] as const) {
    it(`leaves everything as it was on ${what}, and says so`, async function () {
      // What needs no mounts is asked of the unit tests: test/adapters/statements/faults.test.ts.
      if ((await privateMounts()) === undefined) this.skip();
      const { said, status } = await mounted(mount);
      assert.match(said, new RegExp(`"code": "${code}"`));
      assert.match(said, /exit code 1$/m);
      assert.equal(status, "");
      assert.equal(await readFile(join(platform.clone.folder, FILE), "utf8"), untouched);
    });
  }
});

/** A small file system with so little room left that a statement does not go into it. */
function full(folder: string): string {
  return `mount -t tmpfs -o size=64k none ${folder}; dd if=/dev/zero of=${folder}/.ballast bs=4k 2>/dev/null || true`;
}
