import { hexOf, type Digest } from "./digest.ts";

/** A version that failed in a stage, as its cluster remembers it: no deploy brings it there again before somebody resumes. */
export interface ClusterHold {
  readonly application: string;
  /** Of the image that is held. */
  readonly image: Digest;
  /** The reference, for people. */
  readonly reference: string;
  readonly reason: string;
  readonly by: string;
  readonly sinceMs: number;
}

/** The ConfigMap that has them, in the namespace of each application. */
export const CLUSTER_HOLDS_NAME = "lockstep-holds";

/** Whose holds: stages may share a namespace. */
export interface HoldScope {
  readonly project: string;
  readonly stage: string;
}

/** A ConfigMap's keys are not longer than 253 characters. */
const DIGEST_DIGITS = 16;

/** What a hold is kept under. @param hold undefined: what the keys of all holds of the stage begin with */
export function holdKey({ project, stage }: HoldScope, hold?: Pick<ClusterHold, "application" | "image">): string {
  const prefix = `${project}.${stage}.`;
  return hold === undefined ? prefix : `${prefix}${hold.application}.${hexOf(hold.image).slice(0, DIGEST_DIGITS)}`;
}
