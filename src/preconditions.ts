import { fetchCharts } from "./adapters/charts.ts";
import { readCluster } from "./adapters/cluster.ts";
import { readFileConfig } from "./adapters/engine-config-file.ts";
import { hasClusterResources, lastDeployment, type LastDeployment } from "./adapters/engine-state.ts";
import { stagesPath, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { checkDatabaseLevels } from "./database-levels.ts";
import { refuseForeignNamespaces, refuseLostCluster, refuseOtherCluster } from "./delivery/cluster.ts";
import { refuseLooserTrust, refuseRenamedStack } from "./delivery/coverage/deployed.ts";
import { refuseRevokedVersions } from "./delivery/coverage/revoked.ts";
import { refuseLostPins } from "./delivery/removals.ts";
import { refusePublishedPassphrase } from "./delivery/published-passphrase.ts";
import { refuseMissingSecrets, refuseOtherSecrets, type PlainSecrets } from "./delivery/secrets.ts";
import type { Digest } from "./model/digest.ts";
import { accepted, combine, refusalsOf, refused, type Outcome, type Refusal } from "./model/refusal.ts";

/** What must be known before the first resource. */
export interface Preconditions {
  /** Empty for an empty stage that names no cluster. */
  readonly clusterUid: string;
  readonly chartPaths: ReadonlyMap<Digest, string>;
  /** The plain secrets of each application. */
  readonly secrets: ReadonlyMap<string, PlainSecrets>;
  readonly deployed: LastDeployment;
  /** The newest statement about each application; none in stages without a gate. */
  readonly statements: ReadonlyMap<string, Digest>;
}

/**
 * Asks the cluster, the registry and the engine what the stage depends on, all at once, and refuses with everything
 * that stands against it. Touches nothing.
 * @param given the engine's configuration, as the program gets it
 */
export async function checkPreconditions(
  loaded: LoadedStage,
  given: Readonly<Record<string, string>>,
): Promise<Outcome<Preconditions>> {
  const deployment = lastDeployment();
  const [clusterUid, chartPaths, secrets, statements, signatures, levels, deployed] = await Promise.all([
    checkCluster(loaded, deployment),
    fetchCharts(loaded.stage.applications.map(({ pin }) => pin.chart)),
    checkSecrets(loaded, given),
    checkStatements(loaded, deployment),
    checkSignatures(loaded),
    checkDatabaseLevels(loaded, deployment),
    deployment,
  ]);
  const { stage, source } = loaded;
  const renamed = refuseRenamedStack(stage.name, deployed.stage);
  // A cluster that does not answer says so once.
  const against = clusterUid.kind === "accepted" ? [...signatures, ...levels] : signatures;
  const lost = refuseLostPins(deployed.applications, stage, (name) =>
    source.placeOf(["config", "lockstep:pins", name]),
  );
  return combine({
    clusterUid,
    chartPaths,
    secrets,
    deployed: withRefusals(toOutcome(deployed, [...renamed, ...lost]), against),
    statements,
  });
}

/** What the trust root and the statements have against the stage. */
async function checkStatements(
  loaded: LoadedStage,
  deployment: Promise<LastDeployment>,
): Promise<Outcome<ReadonlyMap<string, Digest>>> {
  const { stage, definition, trust, source } = loaded;
  const revoked = refuseRevokedVersions(stage.applications, trust.revocations, (name) =>
    source.placeOf(["config", "lockstep:pins", name]),
  );
  // Other stages need nothing of it, not even to load it.
  const [{ coverage: before }, gated] = await Promise.all([
    deployment,
    definition.gated ? import("./coverage.ts") : undefined,
  ]);
  const refusals = [...revoked, ...refuseLooserTrust(stage.name, definition.gated, trust.root, before)];
  if (gated === undefined) return toOutcome(new Map(), refusals);
  const coverage = await gated.checkCoverage(loaded, { ...before, nowMs: Date.now() });
  return toOutcome(coverage.statements, [
    ...refusals,
    ...coverage.stage,
    ...[...coverage.applications.values()].flat(),
  ]);
}

/** In stages with a gate; without an anchor nothing says whose signatures count, which is refused by itself. */
async function checkSignatures(loaded: LoadedStage): Promise<readonly Refusal[]> {
  if (!loaded.definition.gated || loaded.trust.root === undefined) return [];
  const { checkPinSignatures } = await import("./pin-signatures.ts");
  return checkPinSignatures(loaded);
}

async function checkCluster(
  { stage, stackFile, definition, source }: LoadedStage,
  deployment: Promise<LastDeployment>,
): Promise<Outcome<string>> {
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  if (stackFile.cluster === undefined)
    return toOutcome("", refuseLostCluster(false, await hasClusterResources(), stage.name, place));
  const names = stage.namespaces.map(({ name }) => name);
  const [facts, { clusterUid: uidBefore }] = await Promise.all([
    readCluster(stackFile.cluster.context, names, place),
    deployment,
  ]);
  if (facts.kind === "refused") return facts;
  const { uid, namespaces } = facts.value;
  const stagesFile = displayPath(stagesPath());
  return toOutcome(uid, [
    ...refuseOtherCluster({ definition, uid, uidBefore, place, stagesFile }),
    ...refuseForeignNamespaces(stage.namespaces, namespaces, source.placeOf(["config", "lockstep:namespaces"])),
  ]);
}

async function checkSecrets(
  { stage, definition, source, engineConfig }: LoadedStage,
  given: Readonly<Record<string, string>>,
): Promise<Outcome<ReadonlyMap<string, PlainSecrets>>> {
  const names = stage.applications.map(({ application, secretNames }) => ({ name: application.name, secretNames }));
  const secretAt = (name: string, secret: string): string | undefined =>
    engineConfig?.secretAt(["lockstep:settings", name, "secrets", secret]);
  const placeOf = (name: string, secret: string) =>
    source.placeOf(["config", "lockstep:settings", name, "secrets", secret]);
  const some = names.some(({ secretNames }) => secretNames.length > 0);
  if (!some) return accepted(new Map());
  const published = refusePublishedPassphrase(source, process.env["LOCKSTEP_SANDBOX"] !== undefined);
  const secrets = refuseMissingSecrets(names, secretAt, placeOf, stage.name);
  if (!definition.gated) return withRefusals(secrets, published);
  const written = await readFileConfig(stage.name);
  if (written.kind === "refused") return withRefusals(secrets, [...published, ...written.refusals]);
  return withRefusals(secrets, [...published, ...refuseOtherSecrets(given, written.value, source.file)]);
}

function toOutcome<T>(value: T, refusals: readonly Refusal[]): Outcome<T> {
  return refusals.length > 0 ? refused(refusals) : accepted(value);
}

function withRefusals<T>(outcome: Outcome<T>, more: readonly Refusal[]): Outcome<T> {
  if (more.length === 0) return outcome;
  return refused([...refusalsOf(outcome), ...more]);
}
