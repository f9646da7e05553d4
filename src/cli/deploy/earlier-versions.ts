import { readWholeHistory } from "../../adapters/stack-history.ts";
import type { PlannedApplication } from "../../delivery/deployment/deployment-plan.ts";
import { isLongThere, versionBefore } from "../../delivery/rollback/version-before.ts";
import type { DeployedVersion } from "../../model/deployed-stage.ts";
import { orThrow } from "../../model/refusal.ts";
import { wantedApplications } from "./wanted-applications.ts";
import type { LookAhead } from "./look-ahead.ts";
import type { MadeUp } from "./missing-checks.ts";
import type { OpenedStage } from "./opened-stage.ts";

/** What a way back is planned from, as if the deploy that brought these versions were this one. */
export interface EarlierVersions {
  readonly ahead: LookAhead;
  /** Came with a rollback, which is never rolled back. */
  readonly cameBack: readonly string[];
}

/** What ran before the versions that failed their checks. @throws RefusalError where the history cannot be read */
export async function earlierVersions(
  opened: OpenedStage,
  ahead: LookAhead,
  { failed, neverPassed }: MadeUp,
  signal: AbortSignal,
): Promise<EarlierVersions> {
  const history = orThrow(await readWholeHistory(ahead.plan.stage, signal), 1);
  const wanted = wantedApplications(opened.loaded);
  const deployed = new Map(ahead.record.deployed.applications);
  const planned: PlannedApplication[] = [];
  const cameBack: string[] = [];
  const nowMs = Date.now();
  const rolloutSeconds = new Map(
    opened.loaded.stage.applications.map((one) => [one.application.name, one.rolloutSeconds]),
  );
  for (const { name } of failed) {
    const [running, now] = [wanted.get(name), deployed.get(name)];
    if (running === undefined || now === undefined) continue;
    const found = neverPassed.has(name) ? versionBefore(name, running.pin, history) : undefined;
    if (found?.kind === "rollback") cameBack.push(name);
    const before = found === undefined || isLongThere(found, rolloutSeconds.get(name) ?? 0, nowMs) ? undefined : found;
    const was =
      before === undefined || before.kind === "rollback" ? now : before.kind === "version" ? before.pin : undefined;
    // Only the version is that of before: nothing else of it is asked for on the way back.
    const version: DeployedVersion | undefined = was === undefined ? undefined : { ...now, ...was };
    if (version === undefined) deployed.delete(name);
    else deployed.set(name, version);
    planned.push(plannedOf(name, version, running.pin));
  }
  const record = { ...ahead.record, deployed: { ...ahead.record.deployed, applications: deployed } };
  return { ahead: { ...ahead, record, plan: { ...ahead.plan, applications: planned } }, cameBack };
}

function plannedOf(
  name: string,
  before: DeployedVersion | undefined,
  after: NonNullable<PlannedApplication["after"]>,
): PlannedApplication {
  const was = before === undefined ? undefined : { image: before.image, chart: before.chart };
  const counts = { create: 0, update: 0, delete: 0, replace: 0 };
  return { name, before: was, after, otherwise: false, migration: undefined, changes: [], counts };
}
