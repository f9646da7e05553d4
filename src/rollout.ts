import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readContainerLog } from "./adapters/rollout/container-log.ts";
import { readRolloutObjects } from "./adapters/rollout/read-objects.ts";
import { judgeRollout, type JudgedRollout, type RolledApplication } from "./delivery/rollout/judge-rollout.ts";
import type { ObservedProblem } from "./delivery/rollout/pod-problems.ts";
import { accepted, type Outcome } from "./model/refusal.ts";
import type { ApplicationRollout, RolloutProblem } from "./model/rollout.ts";

export type { RolledApplication } from "./delivery/rollout/judge-rollout.ts";

export interface RolloutQuestion {
  readonly applications: readonly RolledApplication[];
  readonly access: ClusterAccess;
}

export interface RolloutFollowing extends RolloutQuestion {
  /** Called after each look that found something else than the one before it; logs come with the last look. */
  readonly onProgress: (all: readonly ApplicationRollout[]) => void;
  /** Usually the update: when it has ended, however it has, one last look is taken. */
  readonly until: Promise<unknown>;
  readonly signal: AbortSignal;
}

const BETWEEN_LOOKS_MS = 2_000;
/** Of the time: the update beside it is what counts. */
const REST_PER_LOOK = 4;

/** One look: how each roll-out stands, in the order of the applications, and what is in its way. */
export async function readRollout(question: RolloutQuestion): Promise<Outcome<readonly ApplicationRollout[]>> {
  const judged = await look(question);
  if (judged.kind === "refused") return judged;
  return accepted(await Promise.all(judged.value.map((rollout) => withLogs(rollout, question.access))));
}

/**
 * Looks again and again until the update has ended. A cluster that does not answer for a while is asked again.
 * @returns the last look, with what containers wrote where they failed
 * @throws the signal's reason
 */
export async function followRollout({
  onProgress,
  until,
  signal,
  ...question
}: RolloutFollowing): Promise<Outcome<readonly ApplicationRollout[]>> {
  const access = { ...question.access, signal };
  const ended = new AbortController();
  const end = () => {
    ended.abort();
  };
  void until.then(end, end);
  const over = AbortSignal.any([signal, ended.signal]);
  let seen: readonly ApplicationRollout[] = [];
  let restMs = BETWEEN_LOOKS_MS;
  while (await rested(restMs, over)) {
    const beganMs = performance.now();
    const judged = await look({ ...question, access: { ...access, signal: over } }).catch(unlessOver(over));
    restMs = Math.max(BETWEEN_LOOKS_MS, (performance.now() - beganMs) * REST_PER_LOOK);
    if (judged?.kind !== "accepted") continue;
    const all = judged.value.map((rollout) => toRollout(rollout));
    if (!isDeepStrictEqual(all, seen)) onProgress(all);
    seen = all;
  }
  signal.throwIfAborted();
  const last = await readRollout({ ...question, access });
  if (last.kind === "accepted" && !isDeepStrictEqual(last.value, seen)) onProgress(last.value);
  return last;
}

async function look({ applications, access }: RolloutQuestion): Promise<Outcome<readonly JudgedRollout[]>> {
  const namespaces = applications.map(({ namespace }) => namespace);
  const objects = await readRolloutObjects(namespaces, access);
  if (objects.kind === "refused") return objects;
  return accepted(applications.map((application) => judgeRollout(application, objects.value)));
}

/** @returns false where it was over before */
async function rested(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return (await wait(milliseconds, true, { signal }).catch(unlessOver(signal))) ?? false;
}

/** The end of the update ends a look in the middle, which is nobody's failure. */
function unlessOver(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}

async function withLogs(judged: JudgedRollout, access: ClusterAccess): Promise<ApplicationRollout> {
  const logs = judged.problems.map(async ({ log }) => (log === undefined ? [] : readContainerLog(log, access)));
  return toRollout(judged, await Promise.all(logs));
}

function toRollout(judged: JudgedRollout, logs: readonly (readonly string[])[] = []): ApplicationRollout {
  return { ...judged, problems: judged.problems.map((problem, index) => toProblem(problem, logs[index])) };
}

export function toProblem(problem: ObservedProblem, log: readonly string[] = []): RolloutProblem {
  return { ...problem, log };
}
