import { readClusterHolds, type PlacedHold } from "./adapters/cluster-holds.ts";
import { readStackHistory } from "./adapters/stack-history.ts";
import { loadStage, stagesPath, type CommonParts, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import type { OwnNamespace } from "./delivery/cluster.ts";
import { refuseHeldVersions } from "./delivery/deploy-checks/held-versions.ts";
import { hasRun, isSameVersion, refuseNeverRun } from "./delivery/deploy-checks/moved-source.ts";
import type { MovedVersion } from "./delivery/deploy-checks/moved-version.ts";
import { refuseByRoutes, type StageStanding } from "./delivery/deploy-checks/route-standing.ts";
import { routesThrough } from "./delivery/promotion/routes.ts";
import { accepted, combine, refusalsOf, refused, type Outcome, type Refusal } from "./model/refusal.ts";
import { namespaceName } from "./model/stage.ts";
import { proveSource } from "./source-proof.ts";
import { refuseStrangeCluster } from "./stage-cluster-check.ts";

export interface DeploySources {
  /** What is to be deployed. */
  readonly loaded: LoadedStage;
  /** By the stage from which they were promoted. */
  readonly promoted: ReadonlyMap<string, readonly MovedVersion[]>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Whether what was promoted may still be deployed. Where a stage of its route runs this very version, it is proven as
 * for a promotion; where that stage has gone on, it must have run there. In both cases it must not be held there.
 */
export async function checkDeploySources(sources: DeploySources): Promise<readonly Refusal[]> {
  const all = [...sources.promoted].map(([from, versions]) => checkRoutes(from, versions, sources));
  return (await Promise.all(all)).flat();
}

async function checkRoutes(
  from: string,
  versions: readonly MovedVersion[],
  sources: DeploySources,
): Promise<readonly Refusal[]> {
  const routes = routesThrough(from, sources.loaded.definition, displayPath(stagesPath()));
  if (routes.kind === "refused") return routes.refusals;
  const stages = [...new Set([from, ...routes.value.flat()])];
  const standings = new Map(
    await Promise.all(stages.map(async (stage) => [stage, await ask(stage, versions, sources)] as const)),
  );
  return versions.flatMap(({ name }) => refuseByRoutes(name, from, routes.value, standings));
}

/** What one stage has against versions that went through it. */
async function ask(
  from: string,
  versions: readonly MovedVersion[],
  { loaded: target, nowMs, signal }: DeploySources,
): Promise<StageStanding> {
  const { project } = target.stage;
  const common: CommonParts = { catalogue: accepted(target.catalogue), trust: accepted(target.trust) };
  const read = await loadStage({ project, stage: from, common });
  if (read.kind === "refused") return standing(versions, read.refusals, () => []);
  const loaded = read.value;
  const isThere = ({ name, pin }: MovedVersion): boolean => isSameVersion(loaded.stackFile.pins.get(name), pin);
  const names = versions.filter(isThere).map(({ name }) => name);
  const gone = versions.filter((one) => !isThere(one));
  // By itself: what the other stages of the route say is asked of them.
  const to = { ...target.definition, routes: [[from]] };
  const question = { project, common, from, to, names, nowMs, signal, loaded };
  const [holds, proof, history] = await Promise.all([
    readHolds(loaded, versions, { target, signal }),
    names.length === 0 ? undefined : proveSource(question),
    gone.length === 0 ? accepted([]) : readRun(from, gone, signal),
  ]);
  const proven = proof?.kind === "accepted" ? proof.value : undefined;
  const whole = [
    ...refusalsOf(combine({ holds, history, proof: proof ?? accepted(undefined) })),
    ...(proven?.refusals ?? []),
  ];
  return standing(versions, whole, (version) => [
    ...refuseHeldIn(loaded, version, { inCluster: holds.kind === "accepted" ? holds.value : [], target, nowMs }),
    ...refusalsOf(proven?.applications.get(version.name) ?? accepted(undefined)),
    ...(gone.includes(version) && history.kind === "accepted"
      ? refuseNeverRun(version.name, version.pin, from, history.value)
      : []),
  ]);
}

function standing(
  versions: readonly MovedVersion[],
  whole: readonly Refusal[],
  against: (version: MovedVersion) => readonly Refusal[],
): StageStanding {
  return { whole, applications: new Map(versions.map((version) => [version.name, against(version)])) };
}

/** What failed where it came from fails here: holds of this very version, in that stage's file and cluster. */
function refuseHeldIn(
  { stage, stackFile, source }: LoadedStage,
  { name }: MovedVersion,
  { inCluster, target, nowMs }: { inCluster: readonly PlacedHold[]; target: LoadedStage; nowMs: number },
): readonly Refusal[] {
  const applications = target.stage.applications.filter(({ application }) => application.name === name);
  return refuseHeldVersions({
    stage: { name: stage.name, applications },
    ...{ stackFile, inCluster, nowMs },
    // A hold of every version keeps the source where it is, and says nothing of this one.
    moved: new Set<string>(),
    placeOf: (path) => source.placeOf(path),
  });
}

/**
 * Where the stage itself runs the applications, or would: whoever may write into another namespace of that cluster must
 * neither stop a deploy nor have it pass.
 */
async function readHolds(
  loaded: LoadedStage,
  versions: readonly MovedVersion[],
  { target, signal }: { target: LoadedStage; signal: AbortSignal },
): Promise<Outcome<readonly PlacedHold[]>> {
  const { stage, stackFile, source } = loaded;
  const { project, name } = stage;
  const context = stackFile.cluster?.context;
  if (context === undefined) return accepted([]);
  const access = { context, place: source.placeOf(["config", "lockstep:cluster", "context"]), signal };
  const names = new Set(versions.map((one) => one.name));
  // One that was taken out of the stage may be held where it ran.
  const places = target.stage.applications.flatMap(({ application }) =>
    names.has(application.name) ? [namespaceIn(loaded, application.namespace ?? project)] : [],
  );
  const namespaces = [...new Map(places.map((place) => [place.name, place])).values()];
  const [strange, holds] = await Promise.all([
    refuseStrangeCluster(loaded, access, namespaces),
    readClusterHolds({ project, stage: name, namespaces: namespaces.map((one) => one.name), access }),
  ]);
  return strange.length > 0 ? refused(strange) : holds;
}

/** @param namespace as the catalogue names it */
function namespaceIn({ stage: { project, name: stage }, stackFile }: LoadedStage, namespace: string): OwnNamespace {
  const settings = stackFile.namespaces.get(namespace);
  return {
    name: namespaceName(namespace, stage, settings),
    create: settings?.create ?? true,
    labels: { "lockstep.dev/project": project, "lockstep.dev/stage": stage },
  };
}

function readRun(from: string, versions: readonly MovedVersion[], signal: AbortSignal) {
  return readStackHistory({
    stage: from,
    enough: (updates) => versions.every(({ name, pin }) => hasRun(name, pin, updates)),
    signal,
  });
}
