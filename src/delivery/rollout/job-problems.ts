import type { ObservedEvent, ObservedJob, RolloutObjects } from "../../model/rollout-objects.ts";
import type { RolloutProblemCode } from "../../model/rollout.ts";
import { creationProblem } from "./creation-problem.ts";
import { endText, joined, podProblems, type ObservedProblem } from "./pod-problems.ts";

export type JobState = "running" | "complete" | "failed";

export function jobState({ conditions }: ObservedJob): JobState {
  const has = (name: string) => conditions.some(({ type, status }) => type === name && status === "True");
  if (has("Complete")) return "complete";
  return has("Failed") ? "failed" : "running";
}

/**
 * Why a Job failed, or what keeps it from running.
 * @param code of its failure
 * @param what it is, such as `the migration`
 */
export function jobProblems(
  job: ObservedJob,
  { pods, events }: Pick<RolloutObjects, "pods" | "events">,
  code: RolloutProblemCode,
  what: string,
): readonly ObservedProblem[] {
  const state = jobState(job);
  if (state === "complete") return [];
  const own = pods.filter(({ owners }) => owners.includes(job.uid)).toSorted((a, b) => a.createdMs - b.createdMs);
  const object = `Job/${job.name}`;
  if (state === "running") {
    const refused = events.findLast(({ about, reason }) => about === job.uid && reason === "FailedCreate");
    if (own.length === 0 && refused !== undefined) return [{ object, ...creationProblem(refused.message) }];
    return own.flatMap((pod) => podProblems(pod, events));
  }
  const failed = job.conditions.find(({ type, status }) => type === "Failed" && status === "True");
  const last = own.at(-1);
  const container = last?.containers.find(({ ended }) => ended !== undefined && ended.exitCode !== 0);
  const why = container === undefined ? lastWords(job, events) : `its container ended with ${endText(container.ended)}`;
  return [
    {
      ...{ code, object },
      text: `${what} failed: ${joined(failed?.reason ?? "", failed?.message ?? "")}${why === "" ? "" : `; ${why}`}`,
      ...(last === undefined || container === undefined
        ? {}
        : { log: { namespace: last.namespace, pod: last.name, container: container.name, previous: false } }),
    },
  ];
}

/** A Job whose deadline has passed has no pods any more; what kept them from running is in their events. */
function lastWords(job: ObservedJob, events: readonly ObservedEvent[]): string {
  const last = events.findLast(
    ({ about, object, reason }) =>
      (about === job.uid && reason === "FailedCreate") || object.startsWith(`Pod/${job.name}-`),
  );
  if (last === undefined) return "";
  return last.reason === "FailedCreate" ? creationProblem(last.message).text : joined(last.reason, last.message);
}
