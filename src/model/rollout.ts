import type { NamespacedWorkload } from "./deployed-stage.ts";

/** Why a pod, a Job or a smoke check is not as it should be. */
export type RolloutProblemCode =
  | "image-pull"
  | "crash-loop"
  | "failing-readiness"
  | "unschedulable"
  | "quota"
  | "admission"
  | "migration-failed"
  | "smoke-failed"
  | "deadline"
  | "other";

export interface RolloutProblem {
  readonly code: RolloutProblemCode;
  /** The object that it was seen on, such as `Pod/portal-5c9…`. */
  readonly object: string;
  /** One line for people. */
  readonly text: string;
  /** The last lines that the container wrote, where the cluster has them. */
  readonly log: readonly string[];
  /** How many other objects say the very same. @default 0 */
  readonly alike?: number;
}

/** How the roll-out of an application stands. */
export interface ApplicationRollout {
  readonly application: string;
  readonly workloads: readonly (NamespacedWorkload & { readonly ready: number; readonly wanted: number })[];
  /** Whether every workload has all replicas of its newest version, ready. */
  readonly done: boolean;
  readonly problems: readonly RolloutProblem[];
}

/** Whether something is known to be in its way. */
export function isStuck({ done, problems }: ApplicationRollout): boolean {
  return !done && problems.length > 0;
}

/** Whether something of it is still to come, or in its way. What has no workloads has nothing that could be ready. */
export function isUnready(rollout: ApplicationRollout): boolean {
  return isStuck(rollout) || (rollout.workloads.length > 0 && !isServing(rollout));
}

/** Whether all that is wanted of the newest version is ready; replicas of the one before it may still be leaving. */
export function isServing({ done, workloads }: ApplicationRollout): boolean {
  return done || (workloads.length > 0 && workloads.every(({ ready, wanted }) => ready >= wanted));
}
