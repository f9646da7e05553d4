import type { HoldChange, HoldPlan } from "../../delivery/hold-plan.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import type { ClusterHold } from "../../model/cluster-hold.ts";
import { hasEnded, heldImages } from "../../model/holds.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { Json } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";
import { WHOLE_STAGE, type Hold } from "../../model/stack-file.ts";

/** The plan as text for a terminal or a log. */
export function renderHoldPlan({ stage, holds, others, inCluster }: HoldPlan, nowMs: number): string {
  const placed = inCluster.map(describeInCluster);
  const rest = [...others].map(([on, hold]) => `  held as well: ${nameOf(on)}, ${describe(hold, nowMs)}`);
  return [...holds.map((change) => renderChange(stage, change, nowMs)), ...placed, ...rest].join("\n");
}

/** For programs; `written` tells whether the file has it. */
export function holdPlanToJson(plan: HoldPlan, written: boolean, remarks: readonly string[] = []): Json {
  const { stage, holds, others, inCluster, changes } = plan;
  return {
    stage,
    changed: changes.length > 0 || inCluster.length > 0,
    written,
    holds: holds.map(({ on, before, after }) => ({ on, before: toJson(before), after: toJson(after) })),
    inCluster: inCluster.map(({ sinceMs, ...hold }) => ({ ...hold, since: renderSignedTime(sinceMs) })),
    others: [...others].map(([on, hold]) => ({ on, hold: toJson(hold) })),
    remarks: [...remarks],
  };
}

function renderChange(stage: string, { on, before, after }: HoldChange, nowMs: number): string {
  const subject = `${stage}: ${nameOf(on)}`;
  const was = before === undefined ? undefined : describe(before, nowMs);
  if (after === undefined)
    return [`${subject} is held no more`, ...(was === undefined ? [] : [`  was     ${was}`])].join("\n");
  const is = describe(after, nowMs);
  if (was === is) return `${subject} is held so already\n  is      ${is}`;
  return [`${subject} is held`, ...(was === undefined ? [] : [`  was     ${was}`]), `  is      ${is}`].join("\n");
}

function describe(hold: Hold, nowMs: number): string {
  const { reason, by, until } = hold;
  const versions = heldImages(hold)?.map(shortDigest).join(", ");
  const only = versions === undefined ? [] : [`this version alone: ${versions}`];
  const end = until === undefined ? "until somebody resumes" : `${hasEnded(hold, nowMs) ? "ended" : "until"} ${until}`;
  return printable([reason, ...only, ...(by === undefined ? [] : [`by ${by}`]), end].join("; "));
}

function describeInCluster({ reference, reason, by, sinceMs }: ClusterHold): string {
  return printable(
    `  in the cluster  ${reference}\n                  ${reason}; by ${by}; since ${renderSignedTime(sinceMs)}`,
  );
}

function nameOf(on: string): string {
  return on === WHOLE_STAGE ? "the whole stage" : on;
}

function toJson(hold: Hold | undefined): Json {
  if (hold === undefined) return null;
  const { reason, by = null, until = null } = hold;
  return { reason, by, until, images: heldImages(hold) ?? null };
}
