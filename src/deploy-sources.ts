import { readClusterHolds } from "./adapters/cluster-holds.ts";
import { readStackHistory } from "./adapters/stack-history.ts";
import { loadStage, type CommonParts, type LoadedStage } from "./adapters/stage-loader.ts";
import { refuseHeldVersions } from "./delivery/deploy-checks/held-versions.ts";
import { hasRun, isSameVersion, refuseNeverRun } from "./delivery/deploy-checks/moved-source.ts";
import type { MovedVersion } from "./delivery/deploy-checks/moved-version.ts";
import { accepted, refusalsOf, type Refusal } from "./model/refusal.ts";
import { proveSource } from "./source-proof.ts";

export interface DeploySources {
  /** What is to be deployed. */
  readonly loaded: LoadedStage;
  /** By the stage from which they were promoted. */
  readonly promoted: ReadonlyMap<string, readonly MovedVersion[]>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Whether what was promoted may still be deployed. Where its source runs this very version, it is proven as for a
 * promotion; where the source has gone on, it must have run there, and must not be held there.
 */
export async function checkDeploySources(sources: DeploySources): Promise<readonly Refusal[]> {
  const all = [...sources.promoted].map(([from, versions]) => checkSource(from, versions, sources));
  return (await Promise.all(all)).flat();
}

async function checkSource(
  from: string,
  versions: readonly MovedVersion[],
  { loaded: target, nowMs, signal }: DeploySources,
): Promise<readonly Refusal[]> {
  const { project } = target.stage;
  const common: CommonParts = { catalogue: accepted(target.catalogue), trust: accepted(target.trust) };
  const read = await loadStage({ project, stage: from, common });
  if (read.kind === "refused") return read.refusals;
  const loaded = read.value;
  const isThere = ({ name, pin }: MovedVersion): boolean => isSameVersion(loaded.stackFile.pins.get(name), pin);
  const names = versions.filter(isThere).map(({ name }) => name);
  const gone = versions.filter((one) => !isThere(one));
  const question = { project, common, from, to: target.definition, names, nowMs, signal, loaded };
  const [held, proof, left] = await Promise.all([
    checkHeld(loaded, versions, { loaded: target, nowMs, signal }),
    names.length === 0 ? undefined : proveSource(question),
    checkGone(from, gone, signal),
  ]);
  return [...held, ...proofRefusals(proof), ...left];
}

function proofRefusals(proof: Awaited<ReturnType<typeof proveSource>> | undefined): readonly Refusal[] {
  if (proof === undefined) return [];
  if (proof.kind === "refused") return proof.refusals;
  return [...proof.value.refusals, ...[...proof.value.applications.values()].flatMap(refusalsOf)];
}

/** What failed where it came from fails here: holds of these very versions, in the source's file and cluster. */
async function checkHeld(
  { stage, stackFile, source }: LoadedStage,
  versions: readonly MovedVersion[],
  { loaded: target, nowMs, signal }: Pick<DeploySources, "loaded" | "nowMs" | "signal">,
): Promise<readonly Refusal[]> {
  const { project, name } = stage;
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  const context = stackFile.cluster?.context;
  // In every namespace: an application that was taken out of the source may be held where it ran.
  const placed =
    context === undefined
      ? accepted([])
      : await readClusterHolds({ project, stage: name, namespaces: undefined, access: { context, place, signal } });
  const names = new Set(versions.map((one) => one.name));
  const applications = target.stage.applications.filter(({ application }) => names.has(application.name));
  return [
    ...refusalsOf(placed),
    ...refuseHeldVersions({
      stage: { name, applications },
      ...{ stackFile, inCluster: placed.kind === "accepted" ? placed.value : [], nowMs },
      // A hold of every version keeps the source where it is, and says nothing of this one.
      moved: new Set<string>(),
      placeOf: (path) => source.placeOf(path),
    }),
  ];
}

async function checkGone(
  from: string,
  versions: readonly MovedVersion[],
  signal: AbortSignal,
): Promise<readonly Refusal[]> {
  if (versions.length === 0) return [];
  const history = await readStackHistory({
    stage: from,
    enough: (updates) => versions.every(({ name, pin }) => hasRun(name, pin, updates)),
    signal,
  });
  if (history.kind === "refused") return history.refusals;
  return versions.flatMap(({ name, pin }) => refuseNeverRun(name, pin, from, history.value));
}
