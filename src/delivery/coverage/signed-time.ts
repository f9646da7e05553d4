import type { Refusal } from "../../model/refusal.ts";
import type { Statement } from "../../model/statements/statement.ts";

/** Clocks differ by this much, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Whether a time that somebody wrote is yet to come. @param nowMs undefined: nobody looks at a clock */
export function isAhead(whenMs: number, nowMs: number | undefined): boolean {
  return nowMs !== undefined && whenMs > nowMs + CLOCK_SKEW_MS;
}

export function refuseAhead({ file, whenMs }: Statement, nowMs: number | undefined): readonly Refusal[] {
  if (nowMs === undefined || !isAhead(whenMs, nowMs)) return [];
  return [
    {
      code: "signed-in-the-future",
      place: { file, path: "predicate.when" },
      found: new Date(whenMs).toISOString(),
      expected: `a time that has come: it is ${new Date(nowMs).toISOString()}`,
      action: "look at the clocks of this machine and of who wrote it; remove the statement, and write it again",
    },
  ];
}
