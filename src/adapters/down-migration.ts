import { setTimeout as wait } from "node:timers/promises";
import { downMigrationJob, migrationJobName, runsWayDown, type MigrationJob } from "../model/migration-job.ts";
import type { PinnedReference } from "../model/reference.ts";
import { accepted, andThen, combineAll, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import type { StageApplication } from "../model/stage.ts";
import { shellCommand } from "../model/shell-word.ts";
import { tellKubectl, type ClusterAccess } from "./kubectl.ts";
import { readMigrationJobs } from "./migration-jobs.ts";
import { readContainerLog } from "./rollout/container-log.ts";

export interface DownMigrationCall {
  /** As the stack file wants it: its settings, secrets and deadline are the Job's. */
  readonly application: StageApplication;
  /** The image that runs now and whose `down` is called. */
  readonly running: PinnedReference;
  /** Where it runs, in the cluster. */
  readonly namespace: string;
  readonly fromLevel: number;
  readonly toLevel: number;
  /** When the newest update of the stack's history began, whatever its result. */
  readonly afterUpdate: string | undefined;
  readonly access: ClusterAccess;
  /** Ends the waiting: the Job goes on in the cluster, and the next run goes on with it. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownProgress) => void;
}

export interface DownProgress {
  readonly job: string;
  /** `continued`: a run that was killed had begun it. */
  readonly state: "started" | "continued" | "succeeded" | "failed";
}

/** A down migration that came to its end. */
export interface DownMigration {
  /** The name of its Job, which is there until the rollback is deployed: it tells where the database is. */
  readonly job: string;
  readonly namespace: string;
  readonly toLevel: number;
  /** `before`: a run that was killed had brought it to its end. */
  readonly ran: "now" | "before";
}

const BETWEEN_LOOKS_MS = 500;
/** For the cluster to notice that a Job's own deadline has passed, and for an API server that was away. */
const GRACE_MS = 60_000;

/**
 * Takes a database back by the running version's `down`, once: a run that was killed is gone on with, and what had
 * succeeded is not run again. Nothing but the Job is made; where it fails nothing else has changed.
 */
export async function runDownMigration(call: DownMigrationCall): Promise<Outcome<DownMigration>> {
  const { namespace, toLevel, onProgress } = call;
  const job = jobName(call);
  const begun = await begin(call);
  if (begun.kind === "refused") return begun;
  const { state } = begun.value;
  const ended = state === "succeeded" ? begun.value : await untilEnded(call);
  if (ended === undefined) return refused([refuseUnknown(call)]);
  if (ended.state === "failed") {
    onProgress({ job, state: "failed" });
    return refused([refuseFailed(call, ended, await readLog(call))]);
  }
  onProgress({ job, state: "succeeded" });
  return accepted({ job, namespace, toLevel, ran: state === "succeeded" ? "before" : "now" });
}

/** Removes the Jobs of down migrations whose rollback is deployed: a later rollback runs its own. */
export async function removeDownJobs(
  done: readonly Pick<DownMigration, "job" | "namespace">[],
  access: ClusterAccess,
): Promise<Outcome<undefined>> {
  const removed = await Promise.all(done.map(({ job, namespace }) => removeJob(job, namespace, access)));
  return andThen(combineAll(removed), () => accepted(undefined));
}

/** The Job as it stands at the beginning: one that was there, or a new one. */
async function begin(call: DownMigrationCall): Promise<Outcome<MigrationJob>> {
  const found = await look(call);
  if (found.kind === "refused") return found;
  const { up, down } = found.value;
  if (down !== undefined && down.undoes !== undefined && up === undefined) return refused([refuseUnclear(call, down)]);
  const isOurs = down !== undefined && down.undoes === up?.uid;
  if (isOurs && down.state !== "failed") return goOn(call, down);
  if (down?.state === "running") return refused([refuseUnclear(call, down)]);
  // What failed may be tried again; what an earlier rollback left says nothing of this one.
  if (down !== undefined) {
    const removed = await removeJob(down.name, call.namespace, call.access);
    if (removed.kind === "refused") return removed;
  }
  return start(call, up?.uid);
}

function goOn(call: DownMigrationCall, down: MigrationJob): Outcome<MigrationJob> {
  if (down.toLevel !== call.toLevel || !runsWayDown(down, call.application.application.migration?.down))
    return refused([refuseUnclear(call, down)]);
  if (down.state === "running") call.onProgress({ job: down.name, state: "continued" });
  return accepted(down);
}

async function start(call: DownMigrationCall, undoes: string | undefined): Promise<Outcome<MigrationJob>> {
  const { application, running, access, onProgress, signal } = call;
  const { migration } = application.application;
  if (migration?.down === undefined) throw new Error(`application ${application.application.name} has no way down`);
  const manifest = downMigrationJob({ ...call, image: running, command: migration.down, undoes });
  const words = ["create", "--filename", "-"];
  const made = await tellKubectl(words, { ...access, signal }, JSON.stringify(manifest));
  // A refused answer may have come too late, or somebody was faster: what is there decides.
  const found = await look(call);
  if (found.kind === "refused") return made.kind === "refused" ? made : found;
  const { down } = found.value;
  if (down === undefined) return made.kind === "refused" ? made : refused([refuseUnknown(call)]);
  if (down.undoes !== undoes) return refused([refuseUnclear(call, down)]);
  if (made.kind === "refused") return goOn(call, down);
  onProgress({ job: down.name, state: "started" });
  return accepted(down);
}

/** Undefined where it did not end in its time, or nobody could say. A cluster that is away is asked again. */
async function untilEnded(call: DownMigrationCall): Promise<MigrationJob | undefined> {
  const { application, signal } = call;
  const untilMs = performance.now() + application.migrationSeconds * 1000 + GRACE_MS;
  while (performance.now() < untilMs) {
    const found = await look(call);
    const down = found.kind === "accepted" ? found.value.down : undefined;
    if (down !== undefined && down.state !== "running") return down;
    if (found.kind === "accepted" && down === undefined) return undefined;
    await wait(BETWEEN_LOOKS_MS, undefined, { signal });
  }
  return undefined;
}

interface Found {
  /** The Job that brought the database to where the running version has it. */
  readonly up: MigrationJob | undefined;
  readonly down: MigrationJob | undefined;
}

async function look({ application, running, namespace, access, signal }: DownMigrationCall): Promise<Outcome<Found>> {
  const { name } = application.application;
  const jobs = await readMigrationJobs({ namespaces: [namespace], ...access, signal });
  return andThen(jobs, (all) => {
    const named = (direction: MigrationJob["direction"]) =>
      all.find((job) => job.direction === direction && job.name === migrationJobName(name, direction, running.digest));
    return accepted({ up: named("up"), down: named("down") });
  });
}

function jobName({ application, running }: DownMigrationCall): string {
  return migrationJobName(application.application.name, "down", running.digest);
}

async function removeJob(job: string, namespace: string, access: ClusterAccess): Promise<Outcome<string>> {
  const flags = ["--namespace", namespace, "--ignore-not-found", "--wait=true"];
  return tellKubectl(["delete", "job.batch", job, ...flags], access);
}

async function readLog(call: DownMigrationCall): Promise<readonly string[]> {
  const { namespace, access } = call;
  return readContainerLog({ namespace, pod: `job/${jobName(call)}`, container: "migrate", previous: false }, access);
}

function refuse(call: DownMigrationCall, code: string, found: string, expected: string, action: string): Refusal {
  return { code, place: { path: `Job ${call.namespace}/${jobName(call)}` }, found, expected, action };
}

function refuseFailed(call: DownMigrationCall, { reason }: MigrationJob, log: readonly string[]): Refusal {
  const said = log.map((line) => `\n| ${line}`).join("");
  const words = logWords(call);
  return refuse(
    call,
    "down-migration-failed",
    `${call.running.tag} could not take the database of ${call.application.application.name} back to level ${call.toLevel}: ${reason ?? "it failed"}${said}`,
    "a down migration that succeeds; nothing else was changed: what ran goes on running, and the stack file is as it was",
    `${log.length > 0 ? "" : `look at what it wrote: ${words}\n`}mend the database and run the rollback again, which tries it again, or roll out a later version that mends the fault`,
  );
}

function refuseUnknown(call: DownMigrationCall): Refusal {
  return refuse(
    call,
    "down-migration-unknown",
    "a down migration of which nobody can say how it ended",
    `its end within ${call.application.migrationSeconds} s`,
    `look at it: ${logWords(call)}\nthen run the rollback again: it goes on where this one stopped`,
  );
}

function refuseUnclear(call: DownMigrationCall, { toLevel, undoes, state, command }: MigrationJob): Refusal {
  return refuse(
    call,
    "down-migration-unclear",
    `a down migration to level ${toLevel ?? "?"} (${state}), by ${command.length === 0 ? "no command" : shellCommand(command)}, that undoes ${undoes === undefined ? "no Job that it names" : `the Job with the uid ${undoes}`}`,
    `one to level ${call.toLevel}, by ${shellCommand(call.application.application.migration?.down ?? [])}, that undoes the migration of ${call.running.tag}: running it twice would take the database too far back`,
    `look where the database is; then remove the Job: ${kubectlWords(call, "delete", "job", jobName(call))}`,
  );
}

function logWords(call: DownMigrationCall): string {
  return kubectlWords(call, "logs", `job/${jobName(call)}`);
}

function kubectlWords({ access, namespace }: DownMigrationCall, ...words: readonly string[]): string {
  return shellCommand(["kubectl", "--context", access.context, "--namespace", namespace, ...words]);
}
