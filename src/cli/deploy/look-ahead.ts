import type { EngineRun } from "../../adapters/engine-run/ended-run.ts";
import { previewStage } from "../../adapters/engine-run/preview.ts";
import { markOfUpdate, type StateMark } from "../../adapters/engine-run/state-mark.ts";
import { refuseLeavingNamespaces } from "../../adapters/leaving-namespaces.ts";
import { readStackHistory } from "../../adapters/stack-history.ts";
import { readDeployedFromState } from "../../adapters/stack-outputs.ts";
import { readStatements } from "../../adapters/statements/read-statements.ts";
import { chainsOf, tailOf } from "../../delivery/coverage/statement-chain.ts";
import { saidOnce } from "../../delivery/deployment/said-once.ts";
import { planDeployment, type DeploymentPlan } from "../../delivery/deployment/deployment-plan.ts";
import { differsFromRecord } from "../../delivery/deployment/record-difference.ts";
import { splitDrift } from "../../delivery/drift/overwritten.ts";
import { changesAmong, isWhole } from "../../delivery/promotion/last-update.ts";
import { checkDeploy } from "../../deploy-checks.ts";
import type { TakenNames } from "../../delivery/taken-names.ts";
import { findDrift } from "../../drift.ts";
import type { DeployedStage, StackUpdate } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import type { Drift } from "../../model/drift.ts";
import {
  accepted,
  andThen,
  combine,
  orThrow,
  RefusalError,
  refusalsOf,
  refused,
  renderBriefly,
  type Outcome,
  type Refusal,
} from "../../model/refusal.ts";
import { checkNames } from "../../taken-names.ts";
import { preparePublication } from "../publication.ts";
import type { Signer } from "../signer.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { EarlyLook } from "./begun-look.ts";
import { judgePreview } from "./judged-preview.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { findWayBackSigner, mayGoBack, type WayBack } from "./way-back.ts";
import { wantedApplications } from "./wanted-applications.ts";

/** What would happen, and that nothing stands against it. */
export interface LookAhead {
  readonly plan: DeploymentPlan;
  readonly record: StackRecord;
  /** Of the stack's state when all this was compared with it. */
  readonly mark: StateMark;
  /** Whether the engine is to look at the cluster first: something is to be overwritten there. */
  readonly refresh: boolean;
  /** What people should know before they say yes. */
  readonly warnings: readonly string[];
  readonly wayBack: WayBack;
}

/** What the stack and the statements say of the stage. */
export interface StackRecord {
  readonly deployed: DeployedStage;
  /** The newest updates, back to the newest that was of the whole stage and succeeded. */
  readonly history: readonly StackUpdate[];
  /** The newest statement about each application; empty in a stage without a gate. */
  readonly statements: ReadonlyMap<string, Digest>;
}

/**
 * Asks engine, cluster, registry and git at once; the engine's preview is what takes longest.
 * @throws RefusalError with everything that stands against the deploy
 */
export async function lookAhead(call: DeployCall, opened: OpenedStage, early: EarlyLook): Promise<LookAhead> {
  const { signal } = call;
  const recorded = early.mark.then(() => readRecord(opened, signal));
  const [preview, taken, file, known, against, leaving, found, publication, signer] = await Promise.all([
    early.preview,
    early.preview.then((run) => namesOf(run, opened, signal)),
    early.mark,
    recorded,
    recorded.then((read) => checksOf(call, opened, read)),
    leavingOf(opened),
    driftOf(opened, signal),
    preparePublication(call.options, signal),
    mayGoBack(call) ? findWayBackSigner(call, opened) : refused<Signer>([]),
  ]);
  signal.throwIfAborted();
  const judged = judgePreview(preview, opened);
  const read = combine({ file, record: known, drift: found, publication });
  refuse([...refusalsOf(read), ...against, ...leaving, ...taken.refusals, ...judged.refusals]);
  const { record, drift, publication: prepared, file: mark = markOfUpdate(record.history[0]) } = orThrow(read, 1);
  const { objects, unlisted } = drift;
  const refresh = splitDrift(objects).overwritten.length > 0;
  const decided = refresh ? await lookCloser(call, opened) : { preview, warnings: judged.warnings };
  const plan = planDeployment({
    ...{ stage: call.stage, changes: decided.preview.changes, deployed: record.deployed.applications, drift: objects },
    wanted: wantedApplications(opened.loaded),
    recordDiffers: differsFromRecord({
      ...{ deployed: record.deployed, root: opened.loaded.trust.root, statements: record.statements },
      lastUpdate: changesAmong(record.history)[0],
    }),
  });
  const warnings = [...decided.warnings, ...taken.warnings, ...warnUnsigned(signer), ...unlisted.map(warnUnlisted)];
  const wayBack = { signer, publication: prepared };
  return { plan, record, mark, refresh, warnings, wayBack };
}

/** What the engine would make is not to be somebody else's; what it did not get to is refused by itself. */
function namesOf(run: EngineRun, { loaded, access }: OpenedStage, signal: AbortSignal): Promise<TakenNames> {
  const made = run.changes.flatMap(({ makes }) => makes ?? []);
  return checkNames({ loaded, made, access, signal });
}

/** Whoever says yes knows beforehand that a bad version stays. */
function warnUnsigned(signer: Outcome<Signer>): readonly string[] {
  const against = refusalsOf(signer);
  if (against.length === 0) return [];
  return [
    `a roll-out that fails is not taken back by itself, nobody here can sign that: ${renderBriefly(against)}; --key <file> or git config user.signingkey names one`,
  ];
}

function warnUnlisted(namespace: string): string {
  return `${namespace}: what was added there by hand is not known, the cluster does not let everything be listed`;
}

/** What was changed by hand changes what the engine would do: it looks at the cluster as well then. */
async function lookCloser(call: DeployCall, opened: OpenedStage) {
  const { stage, signal } = call;
  const preview = await previewStage({ stage, policyPack: undefined, refresh: true, signal });
  signal.throwIfAborted();
  const { refusals, warnings } = judgePreview(preview, opened);
  refuse(refusals);
  return { preview, warnings };
}

async function checksOf(
  { options, purpose = "deploy", back, signal }: DeployCall,
  { loaded, nowMs }: OpenedStage,
  read: Outcome<StackRecord>,
): Promise<readonly Refusal[]> {
  if (read.kind === "refused") return [];
  const { deployed, history } = read.value;
  const question = { loaded, deployed, history, options, purpose, nowMs, signal };
  return checkDeploy(back === undefined ? question : { ...question, back: new Set(back) });
}

/** Namespaces that are being deleted; a cluster that does not answer is refused where its drift is asked for. */
async function leavingOf({ loaded, access }: OpenedStage): Promise<readonly Refusal[]> {
  if (access === undefined) return [];
  const names = loaded.stage.namespaces.map(({ name }) => name);
  const leaving = await refuseLeavingNamespaces(names, access);
  return leaving.kind === "accepted" ? leaving.value : [];
}

async function readRecord(
  { loaded: { stage, definition } }: OpenedStage,
  signal: AbortSignal,
): Promise<Outcome<StackRecord>> {
  const enough = (updates: readonly StackUpdate[]): boolean => updates.some(isWhole);
  const [deployed, history, statements] = await Promise.all([
    readDeployedFromState(stage.name, signal),
    readStackHistory({ stage: stage.name, enough, signal }),
    definition.gated ? newestStatements(stage.name) : accepted(new Map<string, Digest>()),
  ]);
  return combine({ deployed, history, statements });
}

async function newestStatements(stage: string): Promise<Outcome<ReadonlyMap<string, Digest>>> {
  return andThen(await readStatements(stage), (statements) => {
    const tails = [...chainsOf(statements)].flatMap(([name, chain]) =>
      chain.kind === "chain" ? [[name, tailOf(chain.links).statement.digest] as const] : [],
    );
    return accepted(new Map(tails));
  });
}

async function driftOf({ loaded, access }: OpenedStage, signal: AbortSignal): Promise<Outcome<Drift>> {
  if (access === undefined) return accepted({ stage: loaded.stage.name, objects: [], unlisted: [] });
  return findDrift({ loaded, access, signal });
}

function refuse(refusals: readonly Refusal[]): void {
  const reasons = saidOnce(refusals);
  if (reasons.length > 0) throw new RefusalError(reasons, 1);
}
