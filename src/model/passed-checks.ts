import type { HoldScope } from "./cluster-hold.ts";
import type { Digest } from "./digest.ts";

/** What of an application was ready in a stage and passed its smoke checks there, as its cluster remembers it. */
export interface PassedChecks {
  readonly application: string;
  /** Of the image. */
  readonly image: Digest;
  /** Of the desired state: the image with its settings, and with what the catalogue says of it. */
  readonly state: Digest;
}

/** The ConfigMap that has them, in the namespace of each application. */
export const PASSED_CHECKS_NAME = "lockstep-checks";

/** What an application's entry is kept under: stages may share a namespace. */
export function checksKey({ project, stage }: HoldScope, application: string): string {
  return `${project}.${stage}.${application}`;
}

/**
 * - `passed`: as it is to be now, it has passed.
 * - `image-passed`: its image has, with other settings.
 * - `never`: nobody knows anything of this image here.
 */
export type CheckStanding = "passed" | "image-passed" | "never";

/** How an application as it is to be stands to what the cluster remembers of it. */
export function standingOf(
  { image, state }: Pick<PassedChecks, "image" | "state">,
  remembered: PassedChecks | undefined,
): CheckStanding {
  if (remembered?.image !== image) return "never";
  return remembered.state === state ? "passed" : "image-passed";
}
