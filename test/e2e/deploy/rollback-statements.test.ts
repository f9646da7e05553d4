import assert from "node:assert/strict";
import { z } from "zod";
import { ProcessError } from "../../../src/adapters/processes.ts";
import { ageLocks, killedBefore, leftovers, steps } from "../killed-verb.ts";
import { succeeded, textOf } from "../outcomes.ts";
import { Platform } from "../platform.ts";
import { pinOf } from "../sample-pins.ts";

const NAMES = ["patients", "portal"] as const;
const GOOD = { patients: "3.0.1", portal: "2.3.0" };
const BAD = { patients: "3.1.0", portal: "2.3.1" };
const ROLLBACK = ["rollback", "extest", "--reason", "both are bad", "--yes"];
const PATIENCE = { timeoutMs: 290_000 };

const resultSchema = z.object({ deploy: z.looseObject({ ended: z.string() }).nullable() });
const statementSchema = z.looseObject({ predicate: z.looseObject({ kind: z.string() }) });

/** Two applications that come back by two earlier statements: each test goes on where the one before has ended. */
describe("a rollback that is stated twice, in a gated stage", function () {
  this.timeout(900_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make({ applications: [...NAMES] });
    await pinned(GOOD);
    for (const name of NAMES) {
      succeeded(await platform.as("anna", ["promote", "inttest", "extest", name, "--reason", "tested", "--yes"]));
      await platform.merge();
    }
    await platform.up("extest");
    await pinned(BAD);
    await platform.brought("inttest", "extest");
  });
  after(() => platform.remove());

  async function pinned(versions: typeof GOOD): Promise<void> {
    for (const name of NAMES) await platform.clone.pinned(name, versions[name]);
    await platform.merge();
    await platform.up("inttest");
  }

  async function killed(target: string, at: number): Promise<void> {
    const run = platform.as("deployer", ROLLBACK, { ...PATIENCE, env: killedBefore(target, at) });
    const ending: unknown = await run.then(textOf, (error: unknown) => error);
    assert.ok(ending instanceof ProcessError && ending.message.includes("SIGKILL"), String(ending));
    await ageLocks(platform.clone);
  }

  /** Those that the stack file has at their earlier version. */
  async function backInFile(): Promise<readonly string[]> {
    const text = await platform.clone.read("Pulumi.extest.yaml");
    return NAMES.filter((name) => text.includes(`/${name}:${GOOD[name]}@`));
  }

  async function assertRuns(versions: typeof GOOD): Promise<void> {
    for (const name of NAMES) {
      const { image } = await platform.running("extest", name);
      assert.ok(image.includes(`/${name}:${versions[name]}@`), image);
    }
  }

  it("is refused whole before anything is written, where what would come along is refused", async () => {
    const held = { reason: "the load test runs", by: "anna@sandbox.example" };
    const pin = await pinOf(platform.clone.sandbox.location.registry, "patients", GOOD.patients);
    await platform.set("extest", [["lockstep:pins", "patients"], pin], [["lockstep:holds", "patients"], held]);
    await platform.committed(async () => {
      const before = await platform.git("rev-parse", "HEAD");
      const codes = await platform.refusals("deployer", ["rollback", "extest", "portal", "--yes"], PATIENCE);
      // Nobody has stated it, and it moves while it is held.
      assert.deepEqual(codes, ["held", "not-covered"]);
      assert.equal(await platform.clone.gitStatus(), "");
      assert.equal(await platform.git("rev-parse", "HEAD"), before);
    });
    await assertRuns(BAD);
  });

  it("killed between the two, leaves a whole stage that nobody deploys unseen", async () => {
    // The first journal is decided on, put in place and removed; the second would be decided on.
    await killed(steps.deciding("extest"), 3);
    assert.equal((await backInFile()).length, 1);
    succeeded(await platform.as("ben", ["check", "extest", "--base", "origin/main"], PATIENCE));
    assert.deepEqual(await platform.refusals("deployer", ["deploy", "extest", "--yes"], PATIENCE), ["dirty-files"]);
    await assertRuns(BAD);
  });

  it("killed once more within the second, is finished by the next run, which deploys both", async () => {
    await killed(steps.pinning("extest"), 1);
    const result = await platform.as("deployer", [...ROLLBACK, "--json"], PATIENCE);
    succeeded(result);
    const { deploy } = resultSchema.parse(JSON.parse(result.stdout));
    assert.equal(deploy?.ended, "deployed");
    assert.deepEqual(await backInFile(), NAMES);
    assert.deepEqual(await leftovers(platform.clone), []);
    await assertRuns(GOOD);
  });

  it("has then two statements of its kind, and check finds nothing against them", async () => {
    await platform.merge();
    const added = await platform.git("show", "--name-only", "--format=", "HEAD");
    const files = added.split("\n").filter((file) => file.endsWith("/statement.json"));
    const kinds = await Promise.all(
      files.map(async (file) => statementSchema.parse(JSON.parse(await platform.clone.read(file))).predicate.kind),
    );
    assert.deepEqual(kinds, ["rollback", "rollback"]);
    succeeded(await platform.as("ben", ["check", "extest", "--base", "origin/main"], PATIENCE));
    assert.match(
      succeeded(await platform.as("deployer", ["deploy", "extest", "--yes"], PATIENCE)),
      /Nothing to deploy/,
    );
  });
});
