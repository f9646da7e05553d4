import assert from "node:assert/strict";
import { z } from "zod";
import { Clone } from "../clone.ts";
import { killedBefore, ageLocks, steps } from "../killed-verb.ts";
import { refused, succeeded } from "../outcomes.ts";
import type { ProcessResult } from "../../../src/adapters/processes.ts";

const IMAGE = "{.spec.template.spec.containers[0].image}";
const DOWN = "app.kubernetes.io/component=migration-down";
const CATALOGUE = "src/applications/appointments.ts";
/** Where the past of a test is made, nobody's rules are the subject. */
const WITHOUT_PACK = { env: { PULUMI_OPTION_POLICY_PACK: "" }, timeoutMs: 240_000 };
const historySchema = z.array(z.unknown());

/** Each test leaves the platform as the next one needs it: levels and histories are made by updates, which take time. */
describe("migrations, forward and backward", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["patients", "portal", "status-page"]) await clone.settings(name, { enabled: false });
    await deployed("1.4.0");
  });
  after(() => clone.remove());

  /** As an earlier deploy left it; plain `pulumi up` is the faster way there. */
  async function deployed(version: string): Promise<void> {
    await clone.pinned("appointments", version);
    await clone.commit();
    succeeded(await clone.up(WITHOUT_PACK));
  }

  async function deploy(...flags: readonly string[]): Promise<ProcessResult> {
    return clone.lockstep(["deploy", "inttest", "--yes", ...flags], { timeoutMs: 240_000 });
  }

  /** To the newest update that succeeded with that version. */
  async function rollback(version: string, flags: readonly string[], env = {}): Promise<ProcessResult> {
    const to = await updateOf(version);
    return clone.lockstep(["rollback", "inttest", "--to", to, "appointments", "--yes", ...flags], {
      ...{ env, timeoutMs: 240_000 },
    });
  }

  async function updateOf(version: string): Promise<string> {
    const answer = await clone.pulumi(["stack", "history", "--stack", "inttest", "--json", "--page-size", "100"]);
    const updates = historySchema.parse(JSON.parse(answer.stdout));
    const index = updates.findIndex(
      (update) =>
        JSON.stringify(update).includes(`/appointments:${version}@`) && JSON.stringify(update).includes('"succeeded"'),
    );
    assert.notEqual(index, -1, version);
    return String(updates.length - index);
  }

  async function assertRuns(version: string, level: number): Promise<void> {
    assert.ok((await clone.field("deployment/appointments", IMAGE)).includes(`:${version}@`), version);
    const file = await clone.read();
    assert.ok(file.includes(`/appointments:${version}@`), version);
    assert.match(file, new RegExp(`lockstep:schemaLevels:\\s+\\{? ?appointments: ${level}\\b`));
  }

  /** The names and uids of the Jobs that took a database back, and what became of them. */
  async function downJobs(): Promise<readonly string[]> {
    const path = "{range .items[*]}{.metadata.name}/{.metadata.uid}/{.status.succeeded}{'\\n'}{end}";
    const words = ["get", "jobs", "--namespace", clone.namespace, "--selector", DOWN, "--output", `jsonpath=${path}`];
    return (await clone.kubectl(...words)).split("\n").filter((line) => line !== "");
  }

  it("refuses a migration that the running version cannot live with, and says how it could be done", async () => {
    await clone.pinned("appointments", "1.4.2");
    await clone.commit();
    refused(await deploy(), ["level 14", "supports at most 13", "--accept-downtime"], 1);
    assert.ok((await clone.field("deployment/appointments", IMAGE)).includes(":1.4.0@"));
    assert.deepEqual(await migrationImages(), ["1.4.0"]);
  });

  it("makes it where downtime is accepted", async () => {
    succeeded(await deploy("--accept-downtime"));
    await assertRuns("1.4.2", 14);
    assert.deepEqual(await migrationImages(), ["1.4.2"]);
  });

  it("shows the tail of what a failed migration wrote; a file stands in for the container's log", async () => {
    const lines = ["BackoffLimitExceeded", "| ERROR: column", "| the migration was rolled back"];
    await clone.pinned("appointments", "1.4.3-job-fail");
    await clone.commit();
    refused(await deploy(), [...lines, "Taking back appointments"], 1);
    await assertRuns("1.4.2", 14);
    await clone.change({ path: ["config", "lockstep:holds"], value: undefined });
    await clone.commit();
  });

  /** The versions whose migrations the cluster has run and still knows. */
  async function migrationImages(): Promise<readonly string[]> {
    const words = ["get", "jobs", "--namespace", clone.namespace, "--output", `jsonpath={.items[*]${IMAGE.slice(1)}`];
    return [...(await clone.kubectl(...words)).matchAll(/\/appointments:([^@]+)@/g)].map(([, tag = ""]) => tag);
  }

  it("refuses a level that was lowered by hand, against the stack's history", async () => {
    await deployed("1.4.4");
    await deployed("1.5.0");
    await clone.pinned("appointments", "1.4.4");
    await clone.commit();
    refused(await deploy(), ["schema level 14", "15, where", "lowered by hand", "--with-migrations"], 1);
    await clone.pinned("appointments", "1.5.0");
    await clone.commit();
  });

  it("rolls back to a version that lives with the level without a way down, and keeps the level", async () => {
    succeeded(await rollback("1.4.4", ["--with-migrations"]));
    await assertRuns("1.4.4", 15);
    assert.deepEqual(await downJobs(), []);
    await clone.pinned("appointments", "1.5.0");
    await clone.commit();
    succeeded(await clone.up(WITHOUT_PACK));
  });

  it("refuses a version below the level, names the newest safe one and both ways out", async () => {
    const text = refused(await rollback("1.4.2", []), ["level 15", "1.4.4", "--with-migrations", "later version"], 1);
    assert.match(text, /newest version that is safe is 1\.4\.4/);
    await assertRuns("1.5.0", 15);
  });

  it("refuses to cross two migrations at once, and says which version lies between", async () => {
    refused(await rollback("1.4.0", ["--with-migrations"]), ["more than one migration", "first to 1.4."], 1);
    await assertRuns("1.5.0", 15);
    assert.deepEqual(await downJobs(), []);
  });

  it("refuses to cross a migration that has no way back, even when told to", async () => {
    await clone.edit(CATALOGUE, (text) => text.replace(/ down: \[[^\]]*\],/, ""));
    await clone.commit();
    try {
      refused(await rollback("1.4.2", ["--with-migrations"]), ["no way back", CATALOGUE, "1.4.4"], 1);
      await assertRuns("1.5.0", 15);
      assert.deepEqual(await downJobs(), []);
    } finally {
      await clone.edit(CATALOGUE, (text) => text.replace('["migrate", "up"],', '$& down: ["migrate", "down"],'));
      await clone.commit();
    }
  });

  it("takes the database back first, then lowers the level and switches, and leaves no Job behind", async () => {
    succeeded(await rollback("1.4.2", ["--with-migrations"]));
    await assertRuns("1.4.2", 14);
    assert.deepEqual(await downJobs(), []);
    assert.deepEqual(await migrationImages(), ["1.4.2"]);
  });

  it("goes on where a run was killed after the database was back, without taking it back twice", async () => {
    await deployed("1.4.4");
    await deployed("1.5.0");
    const killed = rollback("1.4.2", ["--with-migrations"], killedBefore(steps.pinning("inttest")));
    await killed.catch(() => undefined);
    const [job, ...others] = await downJobs();
    assert.deepEqual(others, []);
    assert.match(job ?? "", /^appointments-migrate-down-.*\/1$/);
    await assertRuns("1.5.0", 15);
    await ageLocks(clone);

    // Nobody deploys past it as if nothing had been.
    const name = job?.split("/")[0] ?? "";
    refused(await deploy(), [name, "npm run rollback -- inttest appointments --with-migrations"], 1);
    assert.deepEqual(await downJobs(), [job]);

    const before = await madePods();
    succeeded(await rollback("1.4.2", ["--with-migrations"]));
    await assertRuns("1.4.2", 14);
    assert.deepEqual(await downJobs(), []);
    assert.deepEqual(await madePods(), before, "the database was taken back twice");
  });

  /** The pods that took databases back: events tell of them even where they are gone. */
  async function madePods(): Promise<readonly string[]> {
    const words = ["get", "events", "--namespace", clone.namespace, "--output", "jsonpath={.items[*].message}"];
    return ((await clone.kubectl(...words)).match(/Created pod: appointments-migrate-down-\S+/g) ?? []).toSorted();
  }

  it("changes nothing where the way down fails, and shows why", async () => {
    for (const version of ["1.4.2", "1.4.4", "1.5.1-down-fail"]) await deployed(version);
    const file = await clone.read();
    const text = refused(
      await rollback("1.4.2", ["--with-migrations"]),
      ["BackoffLimitExceeded", "nothing else was"],
      1,
    );
    assert.match(text, /stand-in: nothing runs in the sandbox/);
    assert.equal(await clone.read(), file);
    await assertRuns("1.5.1-down-fail", 15);
    assert.equal(await clone.gitStatus(), "");
    // What failed is no evidence of a level: the version that runs can be deployed on.
    succeeded(await deploy());
  });
});
