import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import type { Json } from "../../model/json.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import { publishedToJson, type Published } from "../publication.ts";
import type { PlannedStatement } from "./planned-statement.ts";
import { ageOf, type ShownVersion } from "./shown-version.ts";

export interface PromotionResult {
  readonly plan: Pick<PromotionPlan, "from" | "to" | "leftOut">;
  readonly applications: readonly ShownVersion[];
  /** Undefined where nothing was written. */
  readonly written: Pick<PlannedStatement, "digest" | "folder"> | undefined;
  readonly published: Published;
  /** What people should know besides. */
  readonly remarks: readonly string[];
  /** Of the rendered objects, unified; undefined where nobody asked. */
  readonly rendered: string | undefined;
  readonly nowMs: number;
}

/** For programs. */
export function promotionToJson(result: PromotionResult): Json {
  const { plan, applications, written, published, remarks, rendered, nowMs } = result;
  const { from, to, leftOut } = plan;
  return {
    from,
    to,
    changed: applications.length > 0,
    written: written !== undefined,
    applications: applications.map((one) => versionToJson(one, nowMs)),
    leftOut: leftOut.map(({ name, reason }) => ({ name, reason })),
    statement: written === undefined ? null : { digest: written.digest, folder: written.folder },
    remarks: [...remarks],
    ...(rendered === undefined ? {} : { rendered }),
    ...publishedToJson(published),
  };
}

function versionToJson(shown: ShownVersion, nowMs: number): Json {
  const { name, before, after, levelBefore = null, levelAfter = null, commits, soak, settings, unstated } = shown;
  const [left, right] = [before && renderPin(before), renderPin(after)];
  return {
    name,
    image: { before: left?.image ?? null, after: right.image },
    chart: { before: left?.chart ?? null, after: right.chart },
    revision: { before: left?.revision ?? null, after: right.revision ?? null },
    created: { before: left?.created ?? null, after: right.created ?? null },
    ageSeconds: { before: seconds(before, nowMs), after: seconds(after, nowMs) },
    schemaLevel: { before: levelBefore, after: levelAfter },
    provenSince: soak === undefined ? null : new Date(soak.sinceMs).toISOString(),
    commits:
      commits === undefined
        ? null
        : { count: commits.count, subjects: [...commits.subjects], dropped: commits.dropped },
    differences: settings.map(({ path, left: source = null, right: target = null }) => ({ path, source, target })),
    unstated: unstated.map(({ path, secret, before: was = null, after: is = null }) => ({
      path,
      ...(secret ? { before: null, after: null } : { before: was, after: is }),
    })),
  };
}

function seconds(pin: Pin | undefined, nowMs: number): number | null {
  const age = ageOf(pin, nowMs);
  return age === undefined ? null : Math.floor(age / 1000);
}
