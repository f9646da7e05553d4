import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeDownJobs, runDownMigration, type DownProgress } from "../../src/adapters/down-migration.ts";
import { readMigrationJobs } from "../../src/adapters/migration-jobs.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { migrationJobName } from "../../src/model/migration-job.ts";
import { refusalsOf } from "../../src/model/refusal.ts";
import { application } from "../../src/model/application.ts";
import { applications, catalogueOf, codes, stageOf, STACK_FILE, webChart } from "../model/sample-stage.ts";
import { withFake } from "./fake-program.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const IMAGE = {
  ...{ registry: "registry.example.com", repository: "ehealth/appointments", tag: "1.5.0" },
  digest: digestOf("1.5.0"),
};
const REFERENCE = `registry.example.com/ehealth/appointments:1.5.0@${IMAGE.digest}`;
const COMPLETE = [{ type: "Complete", status: "True" }];
const FAILED = [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "it has failed" }];

interface JobParts {
  readonly command?: readonly string[];
  readonly undoes?: string;
  readonly toLevel?: number;
  readonly conditions?: readonly JsonObject[];
}

function job(
  direction: "up" | "down",
  uid: string,
  { undoes = "", toLevel = 14, conditions = [], command = ["migrate", direction] }: JobParts = {},
) {
  return {
    metadata: {
      ...{ name: migrationJobName("appointments", direction, IMAGE.digest), namespace: "ehealth", uid },
      labels: {
        "app.kubernetes.io/name": "appointments",
        "app.kubernetes.io/component": direction === "up" ? "migration" : "migration-down",
      },
      annotations: { "lockstep.dev/undoes": undoes, "lockstep.dev/after-update": "then" },
    },
    spec: {
      template: {
        spec: { containers: [{ image: REFERENCE, command, env: levelsOf(direction, toLevel) }] },
      },
    },
    status: { conditions },
  };
}
type Job = ReturnType<typeof job>;

function levelsOf(direction: "up" | "down", toLevel: number) {
  const to = { name: "LOCKSTEP_SCHEMA_TO", value: String(toLevel) };
  return direction === "up" ? [to] : [{ name: "LOCKSTEP_SCHEMA_FROM", value: "15" }, to];
}

const UP = job("up", "uid-up", { toLevel: 15, conditions: COMPLETE });

interface Scene {
  /** What the cluster has. */
  readonly jobs: readonly Job[];
  /** What it has after each further question for as long as there is one. */
  readonly later?: readonly (readonly Job[])[];
  readonly log?: string;
  /** What `create` says, where it fails. */
  readonly createFails?: string;
}

/** A cluster of Jobs that change each time somebody looks; says what was made and removed. */
async function played<T>(scene: Scene, work: () => Promise<T>): Promise<{ outcome: T; made: string; calls: string }> {
  return inTemporaryFolder(async (folder) => {
    const states = [scene.jobs, ...(scene.later ?? [])];
    await mkdir(join(folder, "states"));
    for (const [index, jobs] of states.entries())
      await writeFile(join(folder, "states", String(index)), JSON.stringify({ items: jobs }));
    await Promise.all(["made", "calls", "looks"].map((file) => writeFile(join(folder, file), "")));
    const script = `echo "$*" >> ${folder}/calls
case "$*" in
*"get jobs.batch"*) at=0; while read -r _; do at=$((at + 1)); done < ${folder}/looks
  [ -e ${folder}/states/$at ] || at=${states.length - 1}
  echo look >> ${folder}/looks; /bin/cat ${folder}/states/$at;;
*create*) /bin/cat >> ${folder}/made; ${scene.createFails === undefined ? ":" : `echo '${scene.createFails}' >&2; exit 1`};;
*logs*) echo '${scene.log ?? ""}';;
esac`;
    const outcome = await withFake("kubectl", script, work);
    const [made, calls] = await Promise.all(["made", "calls"].map((file) => readFile(join(folder, file), "utf8")));
    return { outcome, made: made ?? "", calls: calls ?? "" };
  });
}

const reversible = application({
  ...{ name: "appointments", namespace: "ehealth", chart: webChart, probe: "/ready" },
  secrets: ["DATABASE_URL", "QUEUE_URL"],
  migration: { command: ["migrate", "up"], down: ["migrate", "down"] },
});
const [found] = stageOf(
  STACK_FILE,
  catalogueOf(reversible, ...applications.filter(({ name }) => name !== "appointments")),
).applications.filter(({ application: { name } }) => name === "appointments");

async function migrated(scene: Scene, signal = new AbortController().signal) {
  const progress: DownProgress["state"][] = [];
  assert.ok(found !== undefined);
  const call = {
    ...{ application: found, running: IMAGE, namespace: "ehealth", fromLevel: 15, toLevel: 14, signal },
    ...{ afterUpdate: "then", access: { context: "test", place: {} } },
    onProgress: ({ state }: DownProgress) => progress.push(state),
  };
  const played_ = await played(scene, () => runDownMigration(call));
  return { ...played_, progress };
}

const DONE = job("down", "uid-down", { undoes: "uid-up", conditions: COMPLETE });
const BEGUN = job("down", "uid-down", { undoes: "uid-up" });
const BROKEN = job("down", "uid-down", { undoes: "uid-up", conditions: FAILED });

describe("runDownMigration, with a fake kubectl", () => {
  it("makes one Job that says what it undoes, and waits for its end", async () => {
    const { outcome, made, progress } = await migrated({
      jobs: [UP],
      later: [
        [UP, BEGUN],
        [UP, BEGUN],
        [UP, DONE],
      ],
    });
    assert.deepEqual(refusalsOf(outcome), []);
    assert.equal(outcome.kind === "accepted" && outcome.value.ran, "now");
    assert.deepEqual(progress, ["started", "succeeded"]);
    const { metadata } = JSON.parse(made) as Job;
    assert.deepEqual(metadata.annotations, {
      "lockstep.dev/undoes": "uid-up",
      "lockstep.dev/after-update": "then",
    });
  });

  it("goes on with one that a killed run began", async () => {
    const { outcome, made, progress } = await migrated({ jobs: [UP, BEGUN], later: [[UP, DONE]] });
    assert.equal(outcome.kind, "accepted");
    assert.equal(made, "");
    assert.deepEqual(progress, ["continued", "succeeded"]);
  });

  it("does not run again what had succeeded", async () => {
    const { outcome, made } = await migrated({ jobs: [UP, DONE] });
    assert.equal(outcome.kind === "accepted" && outcome.value.ran, "before");
    assert.equal(made, "");
  });

  it("tries again what had failed, and runs anew what an earlier rollback left", async () => {
    for (const old of [
      BROKEN,
      { ...DONE, metadata: { ...DONE.metadata, annotations: { "lockstep.dev/undoes": "x" } } },
    ]) {
      const { outcome, made, calls } = await migrated({ jobs: [UP, old as Job], later: [[UP, DONE]] });
      assert.equal(outcome.kind, "accepted");
      assert.notEqual(made, "");
      assert.match(calls, /delete job\.batch appointments-migrate-down-/);
    }
  });

  it("says why one failed, with the end of its log, and that nothing else has changed", async () => {
    const log = "cannot drop column: still used";
    const { outcome, progress, calls } = await migrated({ jobs: [UP], later: [[UP, BROKEN]], log });
    const [refusal] = refusalsOf(outcome);
    assert.equal(refusal?.code, "down-migration-failed");
    assert.ok(refusal.found.includes("BackoffLimitExceeded") && refusal.found.includes(log));
    assert.deepEqual(progress, ["started", "failed"]);
    assert.doesNotMatch(calls, /delete/);
  });

  for (const [what, jobs] of [
    ["one is there whose way up is gone", [DONE]],
    ["one of an earlier rollback still runs", [UP, job("down", "uid-down", { undoes: "another" })]],
    ["one ran something else", [UP, job("down", "d", { undoes: "uid-up", command: ["true"], conditions: COMPLETE })]],
    ["one went to another level", [UP, job("down", "d", { undoes: "uid-up", toLevel: 13, conditions: COMPLETE })]],
  ] as const) {
    it(`touches nothing where ${what}`, async () => {
      const { outcome, made, calls } = await migrated({ jobs });
      assert.deepEqual(codes(refusalsOf(outcome)), ["down-migration-unclear"]);
      assert.equal(made, "");
      assert.doesNotMatch(calls, /delete/);
    });
  }

  it("goes on with the Job of somebody who was faster, and refuses where there is none", async () => {
    const createFails = "Error from server (AlreadyExists)";
    const faster = await migrated({
      jobs: [UP],
      later: [
        [UP, BEGUN],
        [UP, DONE],
      ],
      createFails,
    });
    assert.equal(faster.outcome.kind, "accepted");
    assert.deepEqual(faster.progress, ["continued", "succeeded"]);
    const none = await migrated({ jobs: [UP], createFails: "no route to host" });
    assert.deepEqual(codes(refusalsOf(none.outcome)), ["cluster-unreachable"]);
  });

  it("says that nobody knows where its Job was removed meanwhile", async () => {
    const { outcome } = await migrated({ jobs: [UP], later: [[UP, BEGUN], [UP]] });
    assert.deepEqual(codes(refusalsOf(outcome)), ["down-migration-unknown"]);
  });

  it("stops waiting when interrupted, and leaves the Job to the next run", async () => {
    const interruption = new AbortController();
    setTimeout(() => {
      interruption.abort();
    }, 300);
    await assert.rejects(migrated({ jobs: [UP, BEGUN] }, interruption.signal));
  });

  it("is removed by name, once its rollback is deployed", async () => {
    const done = { job: "appointments-migrate-down-1", namespace: "ehealth" };
    const { outcome, calls } = await played({ jobs: [] }, () => removeDownJobs([done], { context: "test", place: {} }));
    assert.equal(outcome.kind, "accepted");
    assert.match(calls, /delete job\.batch appointments-migrate-down-1 --namespace ehealth --ignore-not-found/);
  });
});

describe("readMigrationJobs, with a fake kubectl", () => {
  const read = async (jobs: readonly Job[], namespaces: readonly string[] = ["ehealth"]) =>
    played({ jobs }, () => readMigrationJobs({ namespaces, context: "test", place: {} }));

  it("reads what each Job was for and how it ended", async () => {
    const { outcome } = await read([UP, BROKEN]);
    assert.ok(outcome.kind === "accepted");
    const [up, down] = outcome.value;
    assert.deepEqual(
      [up?.direction, up?.state, up?.toLevel, up?.undoes, up?.application],
      ["up", "succeeded", 15, undefined, "appointments"],
    );
    assert.deepEqual([up?.command, down?.command, down?.fromLevel], [["migrate", "up"], ["migrate", "down"], 15]);
    assert.deepEqual([down?.direction, down?.state, down?.toLevel, down?.undoes], ["down", "failed", 14, "uid-up"]);
    assert.equal(down?.reason, "BackoffLimitExceeded: it has failed");
  });

  it("asks each namespace once, and refuses an answer that is none", async () => {
    const { calls } = await read([], ["ehealth", "ehealth", "other"]);
    assert.equal(calls.trim().split("\n").length, 2);
    const broken = await read([{ metadata: {} } as Job]);
    assert.equal(broken.outcome.kind, "refused");
  });
});
