import { WHOLE_STAGE, type Hold, type StackFile } from "./stack-file.ts";

/** A hold that counts now. */
export interface ActiveHold {
  /** The application, or WHOLE_STAGE. */
  readonly on: string;
  readonly reason: string;
  readonly by: string | undefined;
  /** Milliseconds since the epoch; undefined: until somebody resumes. */
  readonly untilMs: number | undefined;
}

/**
 * What keeps an application where it is: the stage's hold and its own. Those that have ended do not count.
 * @param application undefined: of the stage as a whole alone
 */
export function holdsOn(
  { holds }: Pick<StackFile, "holds">,
  application: string | undefined,
  nowMs: number,
): readonly ActiveHold[] {
  return [WHOLE_STAGE, ...(application === undefined ? [] : [application])].flatMap((on) => {
    const hold = holds.get(on);
    return hold === undefined || hasEnded(hold, nowMs) ? [] : [toActiveHold(on, hold)];
  });
}

/** At the very time that it names, a hold has ended. */
export function hasEnded({ until }: Hold, nowMs: number): boolean {
  return until !== undefined && Date.parse(until) <= nowMs;
}

function toActiveHold(on: string, { reason, by, until }: Hold): ActiveHold {
  return { on, reason, by, untilMs: until === undefined ? undefined : Date.parse(until) };
}
