import type { RollbackPlan } from "../../delivery/rollback/rollback-plan.ts";
import type { Json } from "../../model/json.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import { publishedToJson, type Published } from "../publication.ts";
import { folderOf } from "../statement-text.ts";
import { updateToJson } from "./candidates-text.ts";
import { changesOf } from "./plan-text.ts";
import type { PlannedRestore } from "./restoration.ts";
import type { ChangesSince } from "./rollback-evidence.ts";

export interface RollbackResult {
  readonly plan: RollbackPlan;
  readonly statements: readonly PlannedRestore[];
  readonly since: ChangesSince | undefined;
  readonly written: boolean;
  readonly published: Published;
  /** The document of the deploy; undefined where nothing was deployed. */
  readonly deploy: Json | undefined;
}

/** For programs. @param refusals what was refused when the files were written already */
export function rollbackToJson(
  { plan, statements, since, written, published, deploy }: RollbackResult,
  refusals: readonly Refusal[] = [],
): Json {
  return {
    stage: plan.stage,
    to: updateToJson(plan.update),
    changed: plan.applications.length > 0,
    written,
    applications: plan.applications.map((one) => applicationToJson(one, statements, since)),
    leftOut: plan.leftOut.map(({ name, reason }) => ({ name, reason })),
    catalogueFilesChangedSince: [...(since?.files ?? [])],
    notKnown: since?.unknown ?? null,
    statements: statements.map(({ statement, group, approvalsFor }) => ({
      ...{ digest: statement.digest, folder: folderOf(statement), restores: group.restores.digest },
      ...{ applications: [...group.applications.keys()], approvalsFor: [...approvalsFor] },
    })),
    deploy: deploy ?? null,
    ...publishedToJson(published),
    ...(refusals.length === 0
      ? {}
      : { refusals: refusals.map((refusal) => ({ ...refusal, place: { ...refusal.place } })) }),
  };
}

function applicationToJson(
  { name, before, after, levelBefore, levelAfter, down, holds }: RollbackPlan["applications"][number],
  statements: readonly PlannedRestore[],
  since: ChangesSince | undefined,
): Json {
  const [left, right] = [before && renderPin(before), renderPin(after)];
  const stated = statements.find(({ group }) => group.applications.has(name));
  const differences = since?.settings.get(name) ?? [];
  return {
    name,
    image: { before: left?.image ?? null, after: right.image },
    chart: { before: left?.chart ?? null, after: right.chart },
    revision: { before: left?.revision ?? null, after: right.revision ?? null },
    schemaLevel: { before: levelBefore ?? null, after: levelAfter ?? null },
    downMigration: down === undefined ? null : { from: down.fromLevel, to: down.toLevel },
    holds: holds.map(({ on, reason }) => ({ on, reason })),
    settingsChangedSince: differences.map(({ path, left: then = null, right: now = null }) => ({ path, then, now })),
    statedChangesSince:
      stated === undefined
        ? []
        : changesOf(name, stated.group).map(({ path, secret, before: then = null, after: now = null }) => ({
            path,
            ...(secret ? { then: null, now: null } : { then, now }),
          })),
  };
}
