import type { PinPlan } from "../../delivery/pin-plan.ts";
import type { Json } from "../../model/json.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";

/** The names of the keys that signed what is to be pinned. */
export interface Signers {
  readonly image: string;
  readonly chart: string;
}

/** The plan as text for a terminal or a log. */
export function renderPinPlan(plan: PinPlan, signedBy: Signers): string {
  const { stage, application, before, after } = plan;
  const rows = [
    row("image", before && renderPin(before).image, renderPin(after).image),
    row("chart", before && renderPin(before).chart, renderPin(after).chart),
    row("revision", before?.revision, after.revision),
    row("created", before?.created, after.created),
    row("supports", levels(before), levels(after)),
    row("schema level", plan.levelBefore?.toString(), plan.levelAfter?.toString()),
    `  signed by     ${signedBy.image} (image)`,
    `                ${signedBy.chart} (chart)`,
  ];
  const title =
    plan.changes.length === 0 ? `${stage}: ${application} is pinned so already` : `${stage}: pin ${application}`;
  return [title, ...rows.filter((line) => line !== "")].join("\n");
}

/** For programs; `written` tells whether the file has it. */
export function planToJson(plan: PinPlan, signedBy: Signers, written: boolean): Json {
  const { stage, application, before, after, levelBefore = null, levelAfter = null } = plan;
  return {
    stage,
    application,
    signedBy: { image: signedBy.image, chart: signedBy.chart },
    changed: plan.changes.length > 0,
    written,
    before: before === undefined ? null : toJson(before),
    after: toJson(after),
    schemaLevel: { before: levelBefore, after: levelAfter },
  };
}

function toJson(pin: Pin): Json {
  return JSON.parse(JSON.stringify(renderPin(pin))) as Json;
}

function levels(pin: Pin | undefined): string | undefined {
  if (pin?.schema === undefined) return undefined;
  const { supports, migratesTo } = pin.schema;
  const migrates = migratesTo === undefined ? "" : `, migrates to ${migratesTo}`;
  return `levels ${supports.min} to ${supports.max}${migrates}`;
}

function row(name: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined && after === undefined) return "";
  const label = `  ${name.padEnd(14)}`;
  if (before === after) return `${label}${after ?? ""}`;
  return `${label}${before ?? "(none)"}\n  ${"".padEnd(11)}-> ${after ?? "(none)"}`;
}
