import { isServing, type ApplicationRollout } from "../../model/rollout.ts";
import type { FailedApplication } from "./failed-applications.ts";

/** Those that somebody saw ready, and whose checks passed: an update that ended proves neither. */
export function seenWell(
  names: readonly string[],
  rollouts: readonly ApplicationRollout[],
  failed: readonly FailedApplication[],
): readonly string[] {
  const bad = new Set(failed.map(({ name }) => name));
  const ready = new Set(rollouts.filter(hasCome).map(({ application }) => application));
  return names.filter((name) => ready.has(name) && !bad.has(name));
}

/** One without workloads has nothing that could be ready. */
function hasCome(rollout: ApplicationRollout): boolean {
  return isServing(rollout) || (rollout.workloads.length === 0 && rollout.problems.length === 0);
}
