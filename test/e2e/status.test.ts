import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import type { Written } from "../statements/statement-writer.ts";
import { FILE, GatedStage } from "./gated/gated-stage.ts";
import { refused, succeeded, textOf } from "./outcomes.ts";

const cellSchema = z.object({
  state: z.string(),
  image: z.string().nullable(),
  coverage: z.object({ kind: z.string(), reasons: z.array(z.object({ code: z.string() })).optional() }),
  behind: z.object({ stage: z.string(), behind: z.object({ kind: z.string() }) }).nullable(),
});
const statusSchema = z.object({
  verified: z.boolean(),
  stages: z.array(z.object({ name: z.string(), read: z.boolean() })),
  applications: z.array(z.object({ name: z.string(), stages: z.record(z.string(), cellSchema) })),
});
const diffSchema = z.object({
  differs: z.boolean(),
  applications: z.array(
    z.object({ name: z.string(), kind: z.string(), settings: z.array(z.object({ path: z.string() })) }),
  ),
});

describe("status and diff", () => {
  let stage: GatedStage;
  let promoted: Written;

  before(async () => {
    stage = await GatedStage.make();
  });

  beforeEach(async () => {
    await stage.restore();
    promoted = await stage.promoted();
  });

  after(async () => {
    await stage.clone.remove();
  });

  function status(...args: readonly string[]): Promise<ProcessResult> {
    return stage.clone.lockstep(["status", ...args]);
  }

  /** The cell of portal in prod, and everything else. */
  async function portal(...args: readonly string[]) {
    const report = statusSchema.parse(JSON.parse((await status("--json", ...args)).stdout));
    const cell = report.applications.find(({ name }) => name === "portal")?.stages["prod"];
    assert.ok(cell !== undefined);
    return { report, cell };
  }

  /** The columns of a line of the text. */
  function lineOf(text: string, start: string): string {
    return text.split("\n").find((line) => line.startsWith(start)) ?? "";
  }

  it("shows the stages in their order, and what portal waits for", async () => {
    const text = succeeded(await status());
    assert.match(text, /^application +inttest +extest +preprod +prod$/m);
    assert.match(text, /waiting for/);
    assert.match(text, /\(0 of 2\)/);
    assert.match(text, /no signature was verified/);
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
    assert.match(lineOf(text, "portal"), /2\.3\.0 +\d+[dhmy] +- +- +2\.3\.0/);
  });

  it("counts approvals, and says covered when there are enough", async () => {
    await stage.writer.approve(
      promoted,
      await stage.clone.person("ben"),
      "release-managers",
      promoted.statement.whenMs,
    );
    for (const args of [[], ["--verify"]]) {
      const text = succeeded(await status("prod", ...args));
      assert.match(text, /waiting for approvals \(1 of 2\)/);
      assert.equal(text.includes("no signature was verified"), args.length === 0);
    }
    await stage.writer.approve(promoted, await stage.clone.person("carla"), "operations", promoted.statement.whenMs);
    assert.equal((await portal()).cell.coverage.kind, "covered");
    const { report, cell } = await portal("--verify");
    assert.deepEqual([report.verified, cell.coverage.kind], [true, "covered"]);
  });

  it("sees with --verify, and only then, that a signature is none", async () => {
    await stage.approve(promoted);
    await stage.writer.tamper(promoted, "promoter.sig", (text) => text.replaceAll("A", "B"));
    assert.equal((await portal()).cell.coverage.kind, "covered");
    const { coverage } = (await portal("--verify")).cell;
    assert.equal(coverage.kind, "not-covered");
    assert.deepEqual(
      coverage.reasons?.map(({ code }) => code),
      ["not-signed-by-promoter"],
    );
  });

  it("says what is not covered once somebody edits the file", async () => {
    await stage.approve(promoted);
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: debug");
    assert.equal((await portal()).cell.coverage.kind, "not-covered");
    assert.match(succeeded(await status()), /NOT covered/);
  });

  it("shows holds with their reason", async () => {
    const holds = "  lockstep:holds:\n    portal: { reason: waiting for the supplier }\n";
    await stage.edit(/$/, holds);
    const text = succeeded(await status("prod"));
    assert.match(text, /held: portal in prod: waiting for the supplier/);
  });

  it("shows the stages that can be read beside one that cannot, and ends with 2", async () => {
    await stage.edit("replicas: 2", "replicas: two");
    const result = await status();
    const text = refused(result, [`prod cannot be read: ${FILE}`, "2.3.0"], 2);
    assert.match(lineOf(text, "portal"), /2\.3\.0.*\?/);
    const report = statusSchema.parse(JSON.parse((await status("--json")).stdout));
    assert.deepEqual(
      report.stages.map(({ read }) => read),
      [true, true, true, false],
    );
  });

  it("asks the engine only with --deployed, and does without its answer", async () => {
    assert.match(succeeded(await status("prod", "--deployed")), /NOT deployed/);
    const env = { PULUMI_BACKEND_URL: "file:///nowhere/at/all" };
    const text = succeeded(await stage.clone.lockstep(["status", "prod", "--deployed"], { env }));
    assert.match(text, /prod: what runs is not known/);
    assert.match(text, /2\.3\.0/);
    assert.doesNotMatch(text, /NOT deployed/);
  });

  it("reads the sources of the stages that are asked about without showing them", async () => {
    const { report, cell } = await portal("prod", "--application", "portal");
    assert.deepEqual([report.stages.length, report.applications.length], [1, 1]);
    assert.deepEqual(cell.behind, { stage: "preprod", behind: { kind: "not-there" } });
    assert.match(cell.image ?? "", /@sha256:[0-9a-f]{64}$/);
  });

  it("suggests the name that was meant, of stages and applications, and ends with 2", async () => {
    refused(await status("prodd", "--application", "portall"), ['"prod"', '"portal"'], 2);
    refused(await stage.clone.lockstep(["diff", "inttest", "prodd"]), ['"prod"'], 2);
    refused(await status("--json", "--markdown"), ["--json --markdown"], 2);
  });

  it("has a markdown table", async () => {
    const { stdout } = await status("--markdown");
    assert.match(stdout, /^\| application \| inttest<br>registry, no gate \|/);
    assert.match(stdout, /^\| portal \| 2\.3\.0/m);
  });

  it("minds nobody who stops reading", async () => {
    const { folder: cwd, env } = stage.clone;
    for (const verb of ["status --json", "diff inttest prod --json"]) {
      const command = `"${process.execPath}" "${join("bin", "lockstep.js")}" ${verb} | head -1`;
      const { stdout, stderr } = await run("bash", ["-o", "pipefail", "-c", command], { cwd, env });
      assert.deepEqual([stdout, stderr], ["{\n", ""], verb);
    }
  });

  it("shows how two stages differ, and of secrets nothing but their names", async () => {
    const result = await stage.clone.lockstep(["diff", "inttest", "prod", "--json"]);
    succeeded(result);
    assert.doesNotMatch(textOf(result), /v1:/);
    const { differs, applications } = diffSchema.parse(JSON.parse(result.stdout));
    assert.equal(differs, true);
    const [appointments] = applications;
    assert.deepEqual([appointments?.name, appointments?.kind], ["appointments", "only-left"]);
    assert.ok(appointments?.settings.some(({ path }) => path === "secrets.DATABASE_URL"));
    const text = succeeded(await stage.clone.lockstep(["diff", "inttest", "prod", "portal"]));
    assert.match(text, /hosts +portal\.inttest\.example\.com +portal\.prod\.example\.com/);
    assert.match(text, /env\.LOG_LEVEL +- +info/);
  });
});
