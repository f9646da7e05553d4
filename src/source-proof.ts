import { readCluster } from "./adapters/cluster.ts";
import { readSettledWorkloads } from "./adapters/cluster-workloads.ts";
import { readStackHistory } from "./adapters/stack-history.ts";
import { readDeployedStage } from "./adapters/stack-outputs.ts";
import { loadStage, stagesPath, type CommonParts, type LoadedStage } from "./adapters/stage-loader.ts";
import { readStatements } from "./adapters/statements/read-statements.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { chainsOf } from "./delivery/coverage/statement-chain.ts";
import { proveStage } from "./delivery/promotion/proof.ts";
import { proveByRoutes, routesThrough } from "./delivery/promotion/routes.ts";
import { reachesBack } from "./delivery/promotion/soak.ts";
import type { SourceEvidence, StageProof, WrittenApplication } from "./delivery/promotion/source-evidence.ts";
import { desiredStatesOf } from "./desired-states.ts";
import { workloadKey, type DeployedStage, type WorkloadState } from "./model/deployed-stage.ts";
import { accepted, andThen, combine, combineAll, refused, type Outcome, type Place } from "./model/refusal.ts";
import type { StageDefinition } from "./model/stages.ts";
import { refuseTakenBack } from "./source-standing.ts";

export interface SourceQuestion {
  readonly project: string;
  readonly common: CommonParts;
  /** The stage that versions are to be taken from. */
  readonly from: string;
  /** Where they are to go: its routes and its gate's soak are what is asked for. */
  readonly to: StageDefinition;
  /** @default every application that runs in the source */
  readonly names: readonly string[] | undefined;
  /** Now, in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** The files of `from`, where the caller has loaded them: what is proven is what was planned. */
  readonly loaded?: LoadedStage;
}

/** What the sources of a promotion prove: its applications are `from`'s, and the other stages of a route are asked too. */
export interface ProvenSource extends StageProof {
  /** The files of `from`, so that nobody loads them twice. */
  readonly loaded: LoadedStage;
}

/**
 * Whether the versions that a stage runs may go on: deployed, healthy, long enough, in every stage of a route.
 * Refused as a whole where files, engine or cluster cannot be read, or no route leads from there; everything else is in
 * `refusals` (against the stage) and in the outcome of each application.
 * @throws RefusalError where the catalogue computes values that are no JSON; ProcessError where it was interrupted
 */
export async function proveSource(question: SourceQuestion): Promise<Outcome<ProvenSource>> {
  const { project, common, from, to, nowMs, signal } = question;
  const routes = routesThrough(from, to, displayPath(stagesPath()));
  if (routes.kind === "refused") return routes;
  const rule = { soakMs: (to.gate?.soakSeconds ?? 0) * 1000, target: to.name, nowMs };
  const stages = [...new Set([from, ...routes.value.flat()])];
  const gathered = await Promise.all(
    stages.map(async (stage) => {
      const known = stage === from ? question.loaded : undefined;
      const loaded = known === undefined ? await loadStage({ project, stage, common }) : accepted(known);
      if (loaded.kind === "refused") return loaded;
      const evidence = await gatherProof({ loaded: loaded.value, horizonMs: nowMs - rule.soakMs, signal });
      return combine({ loaded, evidence });
    }),
  );
  return andThen(combineAll(gathered), (found) => {
    const [own] = found;
    if (own === undefined) return refused([]);
    const names = [...new Set(question.names ?? own.evidence.written.keys())];
    const proofs = new Map(found.map(({ evidence }) => [evidence.definition.name, proveStage(evidence, names, rule)]));
    const proof = proofs.get(from) ?? proveStage(own.evidence, names, rule);
    const byRoutes = names.map((name) => [name, proveByRoutes(name, from, routes.value, proofs)] as const);
    return accepted({ ...proof, applications: new Map(byRoutes), loaded: own.loaded });
  });
}

export interface ProofQuestion {
  readonly loaded: LoadedStage;
  /** How far back the history matters, in milliseconds since the epoch. */
  readonly horizonMs: number;
  readonly signal: AbortSignal;
}

/** Asks the engine and the cluster, each once, what a stage proves. */
export async function gatherProof({ loaded, horizonMs, signal }: ProofQuestion): Promise<Outcome<SourceEvidence>> {
  const { stage, definition, stackFile, source } = loaded;
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  const context = stackFile.cluster?.context;
  if (context === undefined) return refused([refuseNoCluster(stage.name, place)]);
  const access = { context, place, signal };
  const enough = (updates: Parameters<typeof reachesBack>[0]): boolean => reachesBack(updates, horizonMs);
  const [{ cluster, deployed, workloads }, history, record] = await Promise.all([
    readWhatRuns(stage.name, access),
    readStackHistory({ stage: stage.name, enough, signal }),
    readRecord(loaded),
  ]);
  return andThen(eachOnce(combine({ cluster, history, deployed, workloads, record })), (known) =>
    accepted({
      ...{ definition, context, clusterUid: known.cluster.uid, absent: stage.absent, written: writtenIn(loaded) },
      ...{ history: known.history, deployed: known.deployed, ...known.record },
      workloads: new Map(known.workloads.map((workload) => [workloadKey(workload), workload])),
      stagesFile: displayPath(stagesPath()),
      placeOf: (path) => source.placeOf(path),
    }),
  );
}

/** An engine that cannot be reached cannot be reached for each question. */
function eachOnce<T>(outcome: Outcome<T>): Outcome<T> {
  if (outcome.kind === "accepted") return outcome;
  const distinct = new Map(outcome.refusals.map((refusal) => [JSON.stringify(refusal), refusal]));
  return refused([...distinct.values()]);
}

function writtenIn(loaded: LoadedStage): ReadonlyMap<string, WrittenApplication> {
  const { stage, stackFile } = loaded;
  const desired = desiredStatesOf(loaded);
  return new Map(
    stage.applications.flatMap(({ application: { name }, pin }) => {
      const state = desired.get(name);
      const settings = stackFile.settings.get(name) ?? {};
      return state === undefined ? [] : [[name, { pin, settings, desired: state }] as const];
    }),
  );
}

interface Access {
  readonly context: string;
  readonly place: Place;
  readonly signal: AbortSignal;
}

/** The outputs say which workloads to ask the cluster for; one that does not answer is asked once. */
async function readWhatRuns(stage: string, access: Access) {
  const { context, place, signal } = access;
  const [cluster, deployed] = await Promise.all([
    readCluster(context, [], place, signal),
    readDeployedStage(stage, signal),
  ]);
  if (cluster.kind === "refused") return { cluster, deployed, workloads: cluster };
  if (deployed.kind === "refused") return { cluster, deployed, workloads: deployed };
  return { cluster, deployed, workloads: await readOwnWorkloads(deployed.value, access) };
}

async function readOwnWorkloads(
  { applications }: DeployedStage,
  access: Access,
): Promise<Outcome<readonly WorkloadState[]>> {
  const workloads = [...applications.values()].flatMap(({ namespace, workloads: names = [] }) =>
    namespace === undefined ? [] : names.map((name) => ({ ...name, namespace })),
  );
  return readSettledWorkloads({ ...access, workloads });
}

/** What was stated about it; nothing is where it is not gated. */
async function readRecord(loaded: LoadedStage): Promise<Outcome<Pick<SourceEvidence, "chains" | "takenBack">>> {
  if (!loaded.definition.gated) return accepted({ chains: new Map(), takenBack: new Map() });
  const read = await readStatements(loaded.stage.name);
  if (read.kind === "refused") return read;
  const chains = chainsOf(read.value);
  const takenBack = await refuseTakenBack(loaded, { statements: read.value, chains });
  return andThen(takenBack, (against) => accepted({ chains, takenBack: against }));
}

function refuseNoCluster(stage: string, place: Place) {
  return {
    code: "source-without-cluster",
    place,
    found: `${stage} without a cluster`,
    expected: "lockstep:cluster: { context: <kubeconfig context> }: what runs there is looked at before it goes on",
    action: `name the cluster of ${stage}, and deploy it: pulumi up --stack ${stage}`,
  };
}
