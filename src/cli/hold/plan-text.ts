import type { HoldChange, HoldPlan } from "../../delivery/hold-plan.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import type { ClusterHold } from "../../model/cluster-hold.ts";
import { hasEnded, heldImages } from "../../model/holds.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { Digest } from "../../model/digest.ts";
import type { Json } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";
import { WHOLE_STAGE, type Hold } from "../../model/stack-file.ts";

/** The plan as text for a terminal or a log. */
export function renderHoldPlan(plan: HoldPlan, nowMs: number): string {
  const { stage, holds, others, inCluster, version } = plan;
  const placed = inCluster.map(describeInCluster);
  const rest = [...others].map(([on, hold]) => `  held as well: ${nameOf(on)}, ${describe(hold, nowMs)}`);
  const changes = holds.map((change) =>
    version === undefined ? renderChange(stage, change, nowMs) : renderEnd(stage, change, version, nowMs),
  );
  return [...changes, ...placed, ...rest].join("\n");
}

/** For programs; `written` tells whether the file has it. */
export function holdPlanToJson(plan: HoldPlan, written: boolean, remarks: readonly string[] = []): Json {
  const { stage, holds, others, inCluster, changes } = plan;
  return {
    stage,
    ...(plan.version === undefined ? {} : { version: plan.version }),
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

/** Of one version: what else is held stays. */
function renderEnd(stage: string, { on, before, after }: HoldChange, version: Digest, nowMs: number): string {
  const subject = `${stage}: the version ${shortDigest(version)} of ${nameOf(on)} is held no more`;
  const was = before === undefined ? undefined : describe(before, nowMs);
  if (was === undefined) return subject;
  if (after === undefined) return `${subject}\n  was     ${was}`;
  const is = describe(after, nowMs);
  return [subject, ...(was === is ? [] : [`  was     ${was}`]), `  stays   ${is}`].join("\n");
}

function describe(hold: Hold, nowMs: number): string {
  const { reason, by, until } = hold;
  const versions = heldImages(hold)?.map(shortDigest);
  const which = versions?.length === 1 ? "this version" : "these versions";
  const only = versions === undefined ? [] : [`${which} alone: ${versions.join(", ")}`];
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
