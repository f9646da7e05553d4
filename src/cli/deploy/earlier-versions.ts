import { readWholeHistory } from "../../adapters/stack-history.ts";
import type { PlannedApplication } from "../../delivery/deployment/deployment-plan.ts";
import { versionBefore, type VersionBefore } from "../../delivery/rollback/version-before.ts";
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
  const rolloutSeconds = new Map(
    opened.loaded.stage.applications.map((one) => [one.application.name, one.rolloutSeconds]),
  );
  for (const { name } of failed) {
    const [running, now] = [wanted.get(name), deployed.get(name)];
    if (running === undefined || now === undefined) continue;
    const found = neverPassed.has(name) ? versionBefore(name, running.pin, history) : undefined;
    if (found?.kind === "rollback") cameBack.push(name);
    const before = found === undefined || isLongThere(found, rolloutSeconds.get(name) ?? 0) ? undefined : found;
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

/** How long after its roll-out a version still counts as new: whoever deployed it may come to look at it the same day. */
const NEW_MS = 12 * 3_600_000;

/**
 * A version that has been there for long may have served all the time without anybody having the cluster remember it:
 * what is wrong with it now is no failed roll-out.
 */
function isLongThere(found: VersionBefore, rolloutSeconds: number): boolean {
  if (found.kind === "rollback" || found.cameMs === undefined) return false;
  return Date.now() - found.cameMs > rolloutSeconds * 1000 + NEW_MS;
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
