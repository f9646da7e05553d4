import type { HoldChange, HoldPlan } from "../../delivery/hold-plan.ts";
import { hasEnded } from "../../model/holds.ts";
import type { Json } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";
import { WHOLE_STAGE, type Hold } from "../../model/stack-file.ts";

/** The plan as text for a terminal or a log. */
export function renderHoldPlan({ stage, holds, others }: HoldPlan, nowMs: number): string {
  const rest = [...others].map(([on, hold]) => `  held as well: ${nameOf(on)}, ${describe(hold, nowMs)}`);
  return [...holds.map((change) => renderChange(stage, change, nowMs)), ...rest].join("\n");
}

/** For programs; `written` tells whether the file has it. */
export function holdPlanToJson({ stage, holds, others, changes }: HoldPlan, written: boolean): Json {
  return {
    stage,
    changed: changes.length > 0,
    written,
    holds: holds.map(({ on, before, after }) => ({ on, before: toJson(before), after: toJson(after) })),
    others: [...others].map(([on, hold]) => ({ on, hold: toJson(hold) })),
  };
}

function renderChange(stage: string, { on, before, after }: HoldChange, nowMs: number): string {
  const subject = `${stage}: ${nameOf(on)}`;
  const was = before === undefined ? undefined : describe(before, nowMs);
  if (after === undefined) return `${subject} is held no more\n  was     ${was ?? ""}`;
  const is = describe(after, nowMs);
  if (was === is) return `${subject} is held so already\n  is      ${is}`;
  return [`${subject} is held`, ...(was === undefined ? [] : [`  was     ${was}`]), `  is      ${is}`].join("\n");
}

function describe(hold: Hold, nowMs: number): string {
  const { reason, by, until } = hold;
  const end = until === undefined ? "until somebody resumes" : `${hasEnded(hold, nowMs) ? "ended" : "until"} ${until}`;
  return printable([reason, ...(by === undefined ? [] : [`by ${by}`]), end].join("; "));
}

function nameOf(on: string): string {
  return on === WHOLE_STAGE ? "the whole stage" : on;
}

function toJson(hold: Hold | undefined): Json {
  if (hold === undefined) return null;
  const { reason, by = null, until = null } = hold;
  return { reason, by, until };
}
