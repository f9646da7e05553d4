import { setTimeout as wait } from "node:timers/promises";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readContainerLog } from "./adapters/rollout/container-log.ts";
import { checkHttp, type SmokeProblem } from "./adapters/rollout/http-smoke.ts";
import { readRolloutObjects } from "./adapters/rollout/read-objects.ts";
import { createJob, readJob, removeJob } from "./adapters/rollout/smoke-job.ts";
import { Slots } from "./adapters/slots.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { jobProblems, jobState } from "./delivery/rollout/job-problems.ts";
import { planSmoke, type PlannedJob, type PlannedSmoke } from "./delivery/rollout/smoke-plan.ts";
import { refusalsOf, type Outcome } from "./model/refusal.ts";
import type { RolloutProblem } from "./model/rollout.ts";

export interface SmokeRun {
  readonly stage: Pick<LoadedStage, "stage" | "stackFile">;
  /** The applications whose checks are run; those that declare none pass. */
  readonly names: readonly string[];
  readonly access: ClusterAccess;
  readonly onProgress: (progress: SmokeProgress) => void;
  readonly signal: AbortSignal;
}

export interface SmokeProgress {
  readonly application: string;
  /** Such as `GET /health/ready`. */
  readonly check: string;
  readonly state: "running" | "passed" | "failed";
}

/** A check that did not pass. */
export interface SmokeFailure extends RolloutProblem {
  readonly application: string;
}

/** Applications; the checks of one run one after the other, as they are declared. */
const AT_ONCE = 4;
const BETWEEN_LOOKS_MS = 700;
/** For the cluster to say that the Job's own deadline has passed. */
const GRACE_MS = 10_000;

/**
 * Runs the smoke checks that the catalogue declares, all of them whatever fails; Jobs are removed again.
 * @returns every check that failed; none: all passed
 * @throws the signal's reason
 */
export async function runSmokeChecks(run: SmokeRun): Promise<readonly SmokeFailure[]> {
  const { stage, names, signal } = run;
  const planned = Map.groupBy(planSmoke(stage.stage, stage.stackFile, names), ({ application }) => application);
  const slots = new Slots(AT_ONCE);
  const failures = await Promise.all([...planned.values()].map((checks) => slots.use(() => runInOrder(checks, run))));
  signal.throwIfAborted();
  return failures.flat();
}

async function runInOrder(checks: readonly PlannedSmoke[], run: SmokeRun): Promise<readonly SmokeFailure[]> {
  const failures: SmokeFailure[] = [];
  for (const planned of checks) {
    const { application, check } = planned;
    run.signal.throwIfAborted();
    run.onProgress({ application, check, state: "running" });
    const problem = planned.kind === "http" ? await checkHttp(planned, run.signal) : await checkByJob(planned, run);
    run.onProgress({ application, check, state: problem === undefined ? "passed" : "failed" });
    const object = planned.kind === "http" ? `GET ${planned.url}` : `Job/${planned.name}`;
    if (problem !== undefined) failures.push({ application, code: "smoke-failed", object, ...problem });
  }
  return failures;
}

async function checkByJob(job: PlannedJob, { access, signal }: SmokeRun): Promise<SmokeProblem | undefined> {
  const asking = { ...access, signal };
  try {
    const created = await createJob(job, asking);
    if (created.kind === "refused") return { text: `its Job cannot be created: ${saidBy(created)}`, log: [] };
    const last = await untilEnded(job, asking, signal);
    if (last.kind === "refused") return { text: `nobody knows how it ended: ${saidBy(last)}`, log: [] };
    return last.value === "complete" ? undefined : await explain(job, asking);
  } finally {
    // An interrupted run takes its Job along as well. One that stays goes by itself, ten minutes after its end.
    const { context, place } = access;
    await removeJob(job, { context, place });
  }
}

/** A cluster that does not answer for a while is asked again. */
async function untilEnded(
  job: PlannedJob,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<Outcome<ReturnType<typeof jobState>>> {
  const endsAt = performance.now() + job.withinSeconds * 1000 + GRACE_MS;
  for (;;) {
    const read = await readJob(job, access);
    const state = read.kind === "accepted" ? jobState(read.value) : "running";
    if (state !== "running") return { kind: "accepted", value: state };
    if (performance.now() > endsAt) return read.kind === "refused" ? read : { kind: "accepted", value: state };
    await wait(BETWEEN_LOOKS_MS, undefined, { signal });
  }
}

async function explain(job: PlannedJob, access: ClusterAccess): Promise<SmokeProblem> {
  const objects = await readRolloutObjects([job.namespace], access);
  if (objects.kind === "refused") return { text: `it failed: ${saidBy(objects)}`, log: [] };
  const own = objects.value.jobs.find(({ name, namespace }) => name === job.name && namespace === job.namespace);
  if (own === undefined) return { text: "its Job is gone: somebody deleted it", log: [] };
  const problems = jobProblems(own, objects.value, "smoke-failed", `\`${job.check}\``);
  const source = problems.find(({ log }) => log !== undefined)?.log;
  const late = `\`${job.check}\` did not end within ${job.withinSeconds} s`;
  return {
    text: problems.length === 0 ? late : problems.map(({ text }) => text).join("; "),
    log: source === undefined ? [] : await readContainerLog(source, access),
  };
}

function saidBy(outcome: Outcome<unknown>): string {
  return refusalsOf(outcome)
    .map(({ found }) => found)
    .join("; ");
}
