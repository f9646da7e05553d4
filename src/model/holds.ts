import type { Digest } from "./digest.ts";
import { WHOLE_STAGE, type Hold, type StackFile } from "./stack-file.ts";

/** A hold that counts now. */
export interface ActiveHold {
  /** The application, or WHOLE_STAGE. */
  readonly on: string;
  readonly reason: string;
  readonly by: string | undefined;
  /** Milliseconds since the epoch; undefined: until somebody resumes. */
  readonly untilMs: number | undefined;
  /** The versions that it holds; undefined: every one. */
  readonly images: readonly Digest[] | undefined;
}

/**
 * What keeps an application where it is: the stage's hold and its own. Those that have ended do not count.
 * @param application undefined: of the stage as a whole alone
 * @param image that is to come: holds of this very version count, too
 */
export function holdsOn(
  stackFile: Pick<StackFile, "holds">,
  application: string | undefined,
  nowMs: number,
  image?: Digest,
): readonly ActiveHold[] {
  const names = [WHOLE_STAGE, ...(application === undefined ? [] : [application])];
  return names.flatMap((on) => activeHold(stackFile, on, nowMs) ?? []).filter((hold) => counts(hold, image));
}

function counts({ images }: ActiveHold, image: Digest | undefined): boolean {
  return images === undefined || (image !== undefined && images.includes(image));
}

/** The hold under a name, whichever versions it holds; undefined where there is none, or it has ended. */
export function activeHold({ holds }: Pick<StackFile, "holds">, on: string, nowMs: number): ActiveHold | undefined {
  const hold = holds.get(on);
  if (hold === undefined || hasEnded(hold, nowMs)) return undefined;
  const { reason, by, until } = hold;
  return { on, reason, by, untilMs: until === undefined ? undefined : Date.parse(until), images: heldImages(hold) };
}

/** The versions that a hold is of; undefined: every one. */
export function heldImages({ image }: Hold): readonly Digest[] | undefined {
  return typeof image === "string" ? [image] : image;
}

/** At the very time that it names, a hold has ended. */
export function hasEnded({ until }: Hold, nowMs: number): boolean {
  return until !== undefined && Date.parse(until) <= nowMs;
}
