import { placeClusterHold, readClusterHolds } from "./adapters/cluster-holds.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readMigrationJobs } from "./adapters/migration-jobs.ts";
import { readWholeHistory } from "./adapters/stack-history.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { readTargetAfter } from "./cli/promote/target-after.ts";
import type { Publication, Published } from "./cli/publication.ts";
import {
  planRestoration,
  signRestoration,
  writeRestoration,
  type PlannedRestore,
  type WrittenRestoration,
} from "./cli/rollback/restoration.ts";
import { rollbackCommitText } from "./cli/rollback/rollback-commit.ts";
import { refuseRollbackSigner } from "./cli/rollback/rollback-signer.ts";
import type { Signer } from "./cli/signer.ts";
import { planVersionHold } from "./delivery/hold-plan.ts";
import { planGoodPins, type FailedRollout, type GoodPin } from "./delivery/rollback/last-good.ts";
import { failureReason } from "./delivery/rollout/failure-reason.ts";
import type { DeployedStage } from "./model/deployed-stage.ts";
import type { Digest } from "./model/digest.ts";
import type { Pin } from "./model/pin.ts";
import { renderReference } from "./model/reference.ts";
import { accepted, combine, refused, refusalsOf, RefusalError, type Outcome, type Refusal } from "./model/refusal.ts";
import type { RolloutProblem } from "./model/rollout.ts";
import type { YamlChange } from "./model/yaml-edit.ts";
import { readStageRecord, type StageRecord } from "./stage-record.ts";

export interface AutomaticRollbackRequest {
  /** What was deployed and failed. */
  readonly loaded: LoadedStage;
  /** The stack's outputs before that deploy: what was good. */
  readonly before: DeployedStage;
  /** The applications whose roll-out failed, with what the cluster said. */
  readonly failed: ReadonlyMap<string, readonly RolloutProblem[]>;
  /** Undefined: the stage names no cluster. */
  readonly access: ClusterAccess | undefined;
  readonly nowMs: number;
  /** Whoever runs the deploy; asked for in gated stages only. */
  readonly signer: Outcome<Signer>;
  readonly publication: Publication;
  readonly signal: AbortSignal;
}

/** What was written for going back. It is neither deployed nor published yet. */
export interface AutomaticRollback {
  /** Empty: nothing goes back by itself. */
  readonly restored: readonly { readonly name: string; readonly from: Pin; readonly to: Pin }[];
  /** What could not be done, and the way forward. */
  readonly stays: readonly Refusal[];
  /** The applications whose failed version the cluster remembers. */
  readonly heldInCluster: readonly string[];
  /** Relative to the project. */
  readonly files: readonly string[];
  /** What is in each of them. */
  readonly contents: ReadonlyMap<string, Digest>;
  /** Folders of the statements. */
  readonly statements: readonly string[];
  /** As the options say; what was refused there leaves the hold in the cluster. */
  readonly publish: () => Promise<Outcome<Published | undefined>>;
}

/**
 * Prepares the way back from a failed roll-out: the failed versions are held, first in the cluster, then in the stack
 * file, and the pins that were good before are written, with statements in a gated stage. What cannot go back stays,
 * held all the same. Never throws for what is refused on the way: all of it is in `stays`.
 */
export async function automaticRollback(request: AutomaticRollbackRequest): Promise<AutomaticRollback> {
  const { heldInCluster, refusals: notHeld } = await holdInCluster(request);
  // What a cluster that does not answer let fail says nothing of a version: none is held or taken back for it.
  if (notHeld.some(({ code }) => code === "cluster-unreachable"))
    return { ...NOTHING_DONE, heldInCluster, stays: notHeld };
  const plan = await planBack(request);
  const back = plan.good.length === 0 ? accepted<Stated>(NOT_STATED) : await stateBack(request, plan.good);
  const good = back.kind === "accepted" ? plan.good : [];
  const stated = back.kind === "accepted" ? back.value : NOT_STATED;
  const written = await write(request, good, stated);
  const stays = [...notHeld, ...plan.refusals, ...refusalsOf(back), ...refusalsOf(written)];
  const { files, folders, contents } = written.kind === "accepted" ? written.value : NOTHING_WRITTEN;
  const restored = written.kind === "accepted" ? good : [];
  return {
    restored: restored.map(({ name, before, after }) => ({ name, from: before, to: after })),
    ...{ stays, heldInCluster, files, contents, statements: folders },
    publish: () => publish(request, restored, stated.statements, files),
  };
}

const NOTHING_WRITTEN: WrittenRestoration = { folders: [], files: [], contents: new Map() };

const NOTHING_DONE = {
  ...{ restored: [], files: [], contents: new Map<string, Digest>(), statements: [] },
  publish: () => Promise.resolve(accepted(undefined)),
} as const;

interface Stated {
  readonly statements: readonly PlannedRestore[];
  readonly signer: Signer | undefined;
}

const NOT_STATED: Stated = { statements: [], signer: undefined };

/** Where every later deploy honours it at once, whatever becomes of the files. */
async function holdInCluster({ loaded, failed, access, nowMs, signer }: AutomaticRollbackRequest) {
  const { stage } = loaded;
  const heldInCluster: string[] = [];
  const refusals: Refusal[] = [];
  for (const { application, pin, namespace } of stage.applications) {
    const problems = failed.get(application.name);
    if (problems === undefined || access === undefined) continue;
    const hold = {
      ...{ application: application.name, image: pin.image.digest, reference: renderReference(pin.image) },
      ...{ reason: failureReason(problems), by: byOf(signer), sinceMs: nowMs },
    };
    const placed = await placeClusterHold({ project: stage.project, stage: stage.name, namespace, hold, access });
    if (placed.kind === "accepted") heldInCluster.push(application.name);
    else refusals.push(...placed.refusals);
  }
  return { heldInCluster, refusals };
}

function byOf(signer: Outcome<Signer>): string {
  return signer.kind === "accepted" ? signer.value.principal : "deploy";
}

interface PlannedBack {
  readonly good: readonly GoodPin[];
  readonly refusals: readonly Refusal[];
}

async function planBack({
  loaded,
  before,
  failed,
  access,
  nowMs,
  signal,
}: AutomaticRollbackRequest): Promise<PlannedBack> {
  const { stage, catalogue, stackFile, source } = loaded;
  const namespaces = stage.namespaces.map(({ name }) => name);
  const scope = { project: stage.project, stage: stage.name, namespaces };
  const [history, jobs, holds] = await Promise.all([
    readWholeHistory(stage.name, signal),
    access === undefined ? accepted([]) : readMigrationJobs({ ...access, namespaces }),
    access === undefined ? accepted([]) : readClusterHolds({ ...scope, access }),
  ]);
  const read = combine({ history, jobs });
  if (read.kind === "refused") return { good: [], refusals: read.refusals };
  const ground = {
    ...{ stage: stage.name, catalogue, stackFile, ...read.value, chains: undefined, nowMs },
    // They say only which versions are not recommended: no way back fails for want of them.
    clusterHolds: holds.kind === "accepted" ? holds.value : [],
    ...{ withMigrations: false, acceptDowntime: false, placeOf: source.placeOf.bind(source) },
  };
  const rollouts: readonly FailedRollout[] = [...failed.keys()].map((name) => ({
    name,
    deployed: before.applications.get(name),
  }));
  const good = planGoodPins(rollouts, ground);
  return {
    good: good.flatMap((one) => (one.kind === "accepted" ? [one.value] : [])),
    refusals: good.flatMap(refusalsOf),
  };
}

/** All of it together: half of a way back is none where the files fit together only as a whole. */
async function stateBack(request: AutomaticRollbackRequest, good: readonly GoodPin[]): Promise<Outcome<Stated>> {
  const { loaded, nowMs, signal, signer } = request;
  const { stage, definition, catalogue, trust } = loaded;
  const common = { catalogue: accepted(catalogue), trust: accepted(trust) };
  const changes = good.flatMap((one) => one.changes);
  const target = { project: stage.project, common, target: loaded };
  const after = await readTargetAfter(target, { to: stage.name, applications: good, changes });
  if (after.loaded === undefined)
    return refused([...after.reasons.whole, ...[...after.reasons.applications.values()].flat()]);
  if (definition.gate === undefined) return accepted(NOT_STATED);
  const record = await readStageRecord({ stage: stage.name, nowMs, signal });
  const needed = combine({ record, signer });
  if (needed.kind === "refused") return needed;
  const who = needed.value.signer.principal;
  const statements = await planRestoration({
    ...{ record: needed.value.record, after: after.loaded, applications: good, who, nowMs },
    reason: `rolled back by itself: the roll-out of ${good.map(({ name, before }) => `${name} ${before.image.tag}`).join(", ")} failed`,
  });
  if (statements.kind === "refused") return statements;
  const against = [
    ...refuseRollbackSigner(needed.value.record, who, statements.value, nowMs),
    ...refuseApprovals(needed.value.record, statements.value),
  ];
  return against.length > 0
    ? refused(against)
    : accepted({ statements: statements.value, signer: needed.value.signer });
}

/** Nobody is there to approve: what was not approved before does not come back by itself. */
function refuseApprovals({ definition, gate }: StageRecord, statements: readonly PlannedRestore[]): readonly Refusal[] {
  if (gate.approvals === undefined) return [];
  return statements
    .filter(({ approvalsFor }) => approvalsFor.length > 0)
    .map(({ approvalsFor, group }) => {
      const names = [...group.applications.keys()].join(" ");
      return {
        code: "rollback-needs-approval",
        place: { path: definition.name },
        found: `a way back of ${names} that was not approved as it would be: ${approvalsFor.join("; ")}`,
        expected: "exactly what was stated and approved before",
        action: `npm run rollback -- ${definition.name} ${names}, and have it approved; or take those changes back first`,
      };
    });
}

/** Pins, holds and statements in one go; the holds of what stays as well. */
async function write(
  { loaded, failed, signal, signer, nowMs }: AutomaticRollbackRequest,
  good: readonly GoodPin[],
  { statements, signer: signing }: Stated,
): Promise<Outcome<WrittenRestoration>> {
  const { stage, source, trust, stackFile } = loaded;
  const holds = stage.applications.flatMap(({ application: { name }, pin }): readonly YamlChange[] => {
    const problems = failed.get(name);
    if (problems === undefined) return [];
    const hold = { reason: failureReason(problems), by: byOf(signer) };
    return planVersionHold({
      ...{ stage: stage.name, application: name, stackFile, nowMs },
      hold,
      image: pin.image.digest,
    }).changes;
  });
  const changes = [...good.flatMap((one) => one.changes), ...holds];
  try {
    const signatures = await signRestoration({ statements, signer: signing, trust, signal });
    return accepted(await writeRestoration({ stage: stage.name, source, statements, changes, signatures }));
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusals);
    throw error;
  }
}

async function publish(
  { loaded, publication, failed }: AutomaticRollbackRequest,
  restored: readonly GoodPin[],
  statements: readonly PlannedRestore[],
  files: readonly string[],
): Promise<Outcome<Published | undefined>> {
  if (files.length === 0) return accepted(undefined);
  const digests = statements.map(({ statement }) => statement.digest);
  const problems = [...failed].map(([name, found]) => `${name}: ${failureReason(found)}`).join("\n");
  const text = rollbackCommitText(
    { stage: loaded.stage.name, update: undefined, applications: restored },
    digests,
    problems,
  );
  const title = restored.length === 0 ? { title: `Hold failed versions of ${loaded.stage.name}` } : {};
  try {
    return accepted(await publication.publish({ files, ...text, ...title }));
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusals);
    throw error;
  }
}
