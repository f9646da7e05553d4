import type { Digest } from "./digest.ts";

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
