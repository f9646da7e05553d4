import {
  accepted,
  combine,
  orThrow,
  refused,
  refusalsOf,
  RefusalError,
  type Outcome,
  type Refusal,
} from "../../model/refusal.ts";
import { readFileMark } from "../../adapters/engine-run/state-mark.ts";
import { takeSnapshot } from "../../adapters/input-snapshot.ts";
import { readDeployedStage } from "../../adapters/stack-outputs.ts";
import { draftRollback, goingBack, type RollbackDraft } from "../../delivery/rollback/rollback-plan.ts";
import { newestBefore } from "../../delivery/rollback/candidates.ts";
import type { Digest } from "../../model/digest.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { STATEMENT_NAMESPACE } from "../../model/statements/statement.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { publishedSteps, UNPUBLISHED, type Published } from "../publication.ts";
import { findSigner, type Signer } from "../signer.ts";
import { terminalWidth } from "../text-table.ts";
import { nameUncommitted, publishFinished } from "../finished-change.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import { chooseUpdate, orThrowAim, refuseTwoAims, type AimOptions } from "./aim.ts";
import { candidateToJson, renderCandidates } from "./candidates-text.ts";
import { carryOut, deployRolledBack, type ReadyRollback, type SeenStage } from "./carry-out.ts";
import { removeDownMigrations } from "./down-migrations.ts";
import { rollbackToJson, type RollbackResult } from "./plan-json.ts";
import { renderNothing, renderRollback } from "./plan-text.ts";
import { planRestoration, type PlannedRestore } from "./restoration.ts";
import {
  gatherEvidence,
  type EvidenceOptions,
  type EvidenceQuestion,
  type RollbackEvidence,
} from "./rollback-evidence.ts";
import {
  findSubject,
  listCandidates,
  namesOf,
  readInputs,
  type InputOptions,
  type RollbackInputs,
} from "./rollback-inputs.ts";
import { refuseRollbackSigner } from "./rollback-signer.ts";
import { questionText, stepsOf, waitsForApprovals } from "./steps.ts";

export interface RollbackOptions extends ChangeOptions, EvidenceOptions, InputOptions, AimOptions {
  readonly list?: boolean;
  readonly reason?: string;
  readonly key?: string;
  readonly breakLock?: boolean;
}

export interface RollbackCall {
  readonly stage: string;
  /** None: everything that runs. */
  readonly applications: readonly string[];
  readonly options: RollbackOptions;
  readonly signal: AbortSignal;
}

/** Plans a way back, shows it, asks, signs and writes it, and deploys. @throws RefusalError with every reason */
export async function rollback(call: RollbackCall): Promise<void> {
  const { stage, applications, options, signal } = call;
  const nowMs = Date.now();
  refuseTwoAims(options);
  const subject = orThrow(await findSubject(stage, applications, options.reason), 2);
  const finished = await settleUnfinished(stage, options.dryRun === true || options.list === true);
  // Before the stage is read: what is carried out is what was planned.
  const seen = await lookAround(stage, signal);
  if (process.stderr.isTTY) process.stderr.write(`Asking the engine for the history of ${stage} …\n`);
  const outputs = askOutputs(call);
  const inputs = await readInputs({ subject, options, nowMs, signal });
  const names = namesOf(inputs);
  const candidates = listCandidates(inputs, names);
  const { history, ground } = inputs;
  if (options.list === true) {
    showList(call, inputs, candidates);
    return;
  }
  const isAimed = options.to !== undefined || options.toRevision !== undefined;
  if (!isAimed && options.yes !== true && options.json !== true) showList(call, inputs, candidates);
  const chosen = orThrowAim(chooseUpdate(options, { stage, names, history, candidates }));
  const draft = draftRollback({ ...ground, ...chosen, named: subject.names.length > 0 });
  if (draft.plan.applications.length === 0 && draft.refusals.length === 0) {
    const published = await publishFinished(finished, stage, options, signal);
    show(call, renderNothing({ plan: draft.plan, nowMs, width: terminalWidth() }));
    if (finished === undefined) await nameUncommitted(stage, signal);
    await endWithNothing(call, { inputs, draft, snapshot: seen.snapshot }, published);
    return;
  }
  const evidence = await gatherEvidence({ inputs, plan: draft.plan, options, outputs, nowMs, signal });
  await goOn(call, orThrow(await makeReady(call, { inputs, draft, evidence, seen, nowMs }), 1));
}

function showList(call: RollbackCall, inputs: RollbackInputs, candidates: ReturnType<typeof listCandidates>): void {
  const { stage, options } = call;
  const names = namesOf(inputs);
  const newest = newestBefore({ history: inputs.history, names }, candidates);
  if (options.json !== true) {
    show(call, `${renderCandidates({ stage, candidates, newestBefore: newest, width: terminalWidth() })}\n`);
    return;
  }
  const document = {
    ...{ stage, applications: [...names], newestBefore: newest?.update.version ?? null },
    candidates: candidates.map(candidateToJson),
  };
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

async function lookAround(stage: string, signal: AbortSignal): Promise<SeenStage> {
  const mark = orThrow(await readFileMark(stage, signal), 1);
  return { snapshot: takeSnapshot(stage), mark };
}

/** Beside the history: each is a process of the engine. */
function askOutputs({ stage, options, signal }: RollbackCall): EvidenceQuestion["outputs"] {
  if (options.list === true || options.deploy === false) return undefined;
  const outputs = readDeployedStage(stage, signal);
  // Whoever waits for it hears of it; where nothing is planned, nobody does.
  outputs.catch(() => undefined);
  return outputs;
}

interface Gathered {
  readonly inputs: RollbackInputs;
  readonly draft: RollbackDraft;
  readonly evidence: RollbackEvidence;
  readonly seen: SeenStage;
  readonly nowMs: number;
}

/** Down to the bytes that will be signed; or everything that stands against it. */
async function makeReady(call: RollbackCall, gathered: Gathered): Promise<Outcome<ReadyRollback>> {
  const { inputs, draft, evidence, seen, nowMs } = gathered;
  const reason = inputs.reason ?? `rolled back to update ${draft.plan.update.version}`;
  const [signer, statements] = await stateIt(call, gathered, reason);
  const whole = combine({ signer, statements });
  const migration = whole.kind === "accepted" ? refuseWaiting(call, draft, whole.value.statements) : [];
  // What waits for approvals is deployed by another run.
  const waits = whole.kind === "accepted" && waitsForApprovals(whole.value);
  const ahead = waits ? [] : evidence.ahead.refusals;
  const against = [...draft.refusals, ...evidence.refusals, ...refusalsOf(whole), ...migration, ...ahead];
  if (against.length > 0) return refused(eachOnce(against));
  const { publication } = evidence;
  if (publication === undefined || whole.kind === "refused") throw new Error("a rollback without its files");
  const { plan } = draft;
  return accepted({ ...whole.value, inputs, plan, evidence, publication, seen, reason, nowMs });
}

type Stated = readonly [Outcome<Signer | undefined>, Outcome<readonly PlannedRestore[]>];

/** The statements of a gated stage, and who signs them. */
async function stateIt({ options, signal }: RollbackCall, gathered: Gathered, reason: string): Promise<Stated> {
  const { inputs, draft, evidence, nowMs } = gathered;
  const { record } = inputs;
  if (record === undefined) return [accepted(undefined), accepted([])];
  const { trust } = record;
  const signer = await findSigner({ key: options.key, trust, namespace: STATEMENT_NAMESPACE, nowMs, signal });
  // What has no files has no state, and nobody's statement is none; why was said.
  if (evidence.after === undefined || signer.kind === "refused") return [signer, accepted([])];
  const who = signer.value.principal;
  const { applications } = draft.plan;
  const statements = await planRestoration({ record, after: evidence.after, applications, reason, who, nowMs });
  const planned = statements.kind === "accepted" ? statements.value : [];
  const against = refuseRollbackSigner(record, who, planned, nowMs);
  return [against.length > 0 ? refused(against) : signer, statements];
}

/** A database goes back when its application does, and not before. */
function refuseWaiting(
  { stage, options }: RollbackCall,
  { plan }: RollbackDraft,
  statements: readonly PlannedRestore[],
): readonly Refusal[] {
  const waits = statements.some(({ approvalsFor }) => approvalsFor.length > 0);
  if (options.deploy !== false && !waits) return [];
  return plan.applications.flatMap(({ name, down }) =>
    down === undefined
      ? []
      : [
          {
            code: "migration-waits",
            place: { path: waits ? `${stage}: ${name}` : "--no-deploy" },
            found: `a down migration of ${name}, and a deploy that comes later`,
            expected: "both in one run: the running version is not to meet a database that went back",
            action: waits
              ? "take back what changed in settings and catalogue since, so that no approval is needed"
              : "leave --no-deploy out",
          },
        ],
  );
}

function eachOnce(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map((refusal) => [JSON.stringify(refusal), refusal])).values()];
}

async function goOn(call: RollbackCall, ready: ReadyRollback): Promise<void> {
  const { options, signal } = call;
  const { plan, statements, evidence, signer, reason, nowMs } = ready;
  const steps = stepsOf(call, ready);
  const facts = { plan, statements, since: evidence.since, who: signer?.principal, reason, steps, nowMs };
  show(call, renderRollback({ ...facts, width: terminalWidth() }));
  const confirmed = options.dryRun !== true && (await confirm(questionText(call, ready), options, signal));
  const result = { plan, statements, since: evidence.since };
  if (!confirmed) {
    show(call, "\nnothing was written");
    report(call, { ...result, written: false, published: UNPUBLISHED, deploy: undefined }, []);
    return;
  }
  const { published, deploy, refusals } = await carryOut(call, ready);
  report(call, { ...result, written: true, published, deploy }, refusals);
}

interface Unchanged extends Pick<Gathered, "inputs" | "draft">, Pick<SeenStage, "snapshot"> {}

/** The files say it already: perhaps since a run that was killed before its deploy. */
async function endWithNothing(
  call: RollbackCall,
  { inputs, draft: { plan }, snapshot }: Unchanged,
  published: Published,
): Promise<void> {
  const { options, signal } = call;
  const result = { plan, statements: [], since: undefined, written: false, published };
  const wanted = options.deploy !== false && options.dryRun !== true;
  if (!wanted || !(await confirm(`Deploy ${stackFileName(call.stage)} as it is?`, options, signal))) {
    report(call, { ...result, deploy: undefined }, []);
    return;
  }
  const reason = inputs.reason ?? `rolled back to update ${plan.update.version}`;
  const back = goingBack(plan, inputs.loaded.stackFile);
  // An earlier run may have committed them: what git still names was said above.
  const sharing = published.commit === undefined ? [] : publishedSteps(published);
  const written = { before: snapshot, files: new Map<string, Digest>() };
  const { deploy, refusals, isDeployed } = await deployRolledBack(call, { reason, back, sharing, written });
  const left = isDeployed ? await removeDownMigrations(inputs, back, []) : [];
  report(call, { ...result, deploy }, [...refusals, ...left]);
}

function show({ options }: RollbackCall, text: string): void {
  if (options.json !== true) process.stdout.write(`${text}\n`);
}

/** One document; what was refused after the files were written is in it. */
function report({ options }: RollbackCall, result: RollbackResult, refusals: readonly Refusal[]): void {
  const error = refusals.length === 0 ? undefined : new RefusalError(refusals);
  if (error !== undefined) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
  if (options.json !== true) return;
  process.stdout.write(`${JSON.stringify(rollbackToJson(result, refusals), undefined, 2)}\n`);
}
