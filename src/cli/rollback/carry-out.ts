import { goingBack, type RollbackPlan } from "../../delivery/rollback/rollback-plan.ts";
import type { Json } from "../../model/json.ts";
import { orThrow, RefusalError, type Refusal } from "../../model/refusal.ts";
import { markOfUpdate, type StateMark } from "../../adapters/engine-run/state-mark.ts";
import type { InputSnapshot } from "../../adapters/input-snapshot.ts";
import { readStatements } from "../../adapters/statements/read-statements.ts";
import { chainsOf, tailOf, type Chain } from "../../delivery/coverage/statement-chain.ts";
import { deployStage } from "../deploy/deploy-stage.ts";
import { exitCodeOf } from "../deploy/exit-code.ts";
import { goOnStep, sharingSteps } from "../deploy/go-on-steps.ts";
import { prepareStack } from "../deploy/prepared-stack.ts";
import { refuseNotAsShown } from "../deploy/shown-inputs.ts";
import { refuseOtherState } from "../deploy/shown-state.ts";
import type { Redeploy } from "../deploy/way-back.ts";
import type { WrittenInputs } from "../deploy/written-inputs.ts";
import { publishedFacts, UNPUBLISHED, type Publication, type Published } from "../publication.ts";
import type { Signer } from "../signer.ts";
import { approvalsStep } from "../statement-text.ts";
import { removeDownMigrations, takeDatabasesBack } from "./down-migrations.ts";
import { rollbackCommitText } from "./rollback-commit.ts";
import { signRestoration, writeRestoration, type PlannedRestore, type WrittenRestoration } from "./restoration.ts";
import type { RollbackCall } from "./rollback.ts";
import type { RollbackEvidence } from "./rollback-evidence.ts";
import type { RollbackInputs } from "./rollback-inputs.ts";
import { waitsForApprovals } from "./steps.ts";

/** What everything was planned on. */
export interface SeenStage {
  readonly snapshot: InputSnapshot;
  /** Of the stack's state; undefined where the backend is no folder of files. */
  readonly mark: StateMark | undefined;
}

/** A plan that nothing stands against, down to the bytes that will be signed. */
export interface ReadyRollback {
  readonly inputs: RollbackInputs;
  readonly plan: RollbackPlan;
  readonly evidence: RollbackEvidence;
  /** Empty in a stage without a gate. */
  readonly statements: readonly PlannedRestore[];
  /** Undefined in a stage without a gate. */
  readonly signer: Signer | undefined;
  readonly publication: Publication;
  readonly seen: SeenStage;
  readonly reason: string;
  readonly nowMs: number;
}

/** What became of a rollback that people said yes to. */
export interface CarriedOut {
  readonly published: Published;
  /** The document of the deploy; undefined where nothing was deployed. */
  readonly deploy: Json | undefined;
  /** What was refused when the files were written already. */
  readonly refusals: readonly Refusal[];
}

/** Writes, publishes and deploys: what cannot be published is said, and keeps nobody from going back. */
export async function carryOut(call: RollbackCall, ready: ReadyRollback): Promise<CarriedOut> {
  const { stage, options, signal } = call;
  const { inputs, plan, statements, signer, reason, seen } = ready;
  await refuseNewStatements(ready);
  const own = await prepare(call, ready);
  const { source, trust } = inputs.loaded;
  const signatures = await signRestoration({ statements, signer, trust, signal });
  const down = await takeDatabasesBack(call, ready);
  const made = await writeRestoration({ stage, source, statements, changes: plan.changes, signatures });
  const written = { ...made, files: [...new Set([...ready.evidence.left, ...made.files])] };
  const { published, refusals } = await publish(call, ready, written);
  show(call, writtenText(call, ready, written, published));
  if (options.deploy === false) return { published, deploy: undefined, refusals };
  if (waitsForApprovals(ready)) {
    // Whoever goes on behind `&&` believes that the stage went back.
    process.exitCode = 1;
    return { published, deploy: undefined, refusals };
  }
  const back = goingBack(plan, inputs.loaded.stackFile);
  const sharing = sharingSteps(written.files, published);
  const request = { reason, back, sharing, written: { before: seen.snapshot, files: written.contents } };
  const deployed = await deployRolledBack(own, request);
  const left = deployed.isDeployed ? await removeDownMigrations(inputs, back, down) : [];
  return { published, deploy: deployed.deploy, refusals: [...deployed.refusals, ...refusals, ...left] };
}

/**
 * Minutes may lie between the plan and the yes. Then, where this run deploys, the stack is made ready for it: what
 * cannot be settled is to be known before anything is written.
 * @returns the call with which it goes on: the lock of this stack is broken once
 */
async function prepare(call: RollbackCall, ready: ReadyRollback): Promise<RollbackCall> {
  const { stage, options, signal } = call;
  const { inputs, seen, nowMs } = ready;
  const again = "type the command again";
  refuseNotAsShown(seen.snapshot, again);
  if (options.deploy === false || waitsForApprovals(ready)) return call;
  const mark = seen.mark ?? markOfUpdate(inputs.history[0]);
  await refuseOtherState(stage, mark, signal, again);
  const { breakLock = false } = options;
  await prepareStack({ stage, options: { breakLock }, signal }, { ...inputs, nowMs });
  return { ...call, options: { ...options, breakLock: false } };
}

async function publish(
  { signal }: RollbackCall,
  ready: ReadyRollback,
  { files }: WrittenRestoration,
): Promise<Omit<CarriedOut, "deploy">> {
  const { publication, plan, statements, reason } = ready;
  try {
    const text = rollbackCommitText(
      plan,
      statements.map(({ statement }) => statement.digest),
      reason,
    );
    return { published: await publication.publish({ files, ...text }), refusals: [] };
  } catch (error) {
    // The deploy ends at once as well, and says how it goes on.
    if (signal.aborted) return { published: UNPUBLISHED, refusals: [] };
    if (!(error instanceof RefusalError)) throw error;
    return { published: UNPUBLISHED, refusals: error.refusals };
  }
}

interface Deployed extends Pick<CarriedOut, "deploy" | "refusals"> {
  readonly isDeployed: boolean;
}

export interface RolledBackDeploy {
  readonly reason: string;
  /** Who goes back. */
  readonly back: readonly string[];
  /** What is still to be done for the files to be committed. */
  readonly sharing: readonly string[];
  readonly written: WrittenInputs;
}

/** The deploy of what the files say now; sets the process's exit code. */
export async function deployRolledBack(
  call: RollbackCall,
  { reason, back, sharing, written }: RolledBackDeploy,
  redeploy: Redeploy = deployStage,
): Promise<Deployed> {
  const { stage, options, signal } = call;
  const { key, base, fetch, json, acceptDowntime, breakLock, yes } = options;
  let document: Json | undefined;
  const given = { key, base, fetch, json, acceptDowntime, breakLock, yes };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  try {
    const { ended } = await redeploy({
      ...{ stage, purpose: "rollback", back, written, signal, options: { ...known, reason } },
      onReport: (report) => {
        document = report;
      },
    });
    process.exitCode = exitCodeOf(ended) ?? process.exitCode;
    if (ended === "interrupted") show(call, stepsText([...sharing, goOnStep(stage)]));
    return { deploy: document, refusals: [], isDeployed: ended === "deployed" || ended === "nothing" };
  } catch (error) {
    if (!signal.aborted && !(error instanceof RefusalError)) throw error;
    // Whoever reads that it was refused believes that nothing has happened.
    const what = `${signal.aborted ? "Interrupted" : "Refused"}: the files are written, and not deployed`;
    show(call, [what, stepsText([...sharing, goOnStep(stage)])].join("\n"));
    if (signal.aborted) process.exitCode = exitCodeOf("interrupted");
    const refusals = signal.aborted || !(error instanceof RefusalError) ? [] : error.refusals;
    return { deploy: document, refusals, isDeployed: false };
  }
}

/** Somebody may have stated something while the plan was read: what was shown would be no longer so. */
async function refuseNewStatements({ inputs, plan, statements }: ReadyRollback): Promise<void> {
  const { record } = inputs;
  if (record === undefined || statements.length === 0) return;
  const now = chainsOf(orThrow(await readStatements(plan.stage), 2));
  const changed = plan.applications.filter(({ name }) => newest(now.get(name)) !== newest(record.chains.get(name)));
  if (changed.length === 0) return;
  throw new RefusalError(
    changed.map(({ name }) => ({
      code: "stated-meanwhile",
      place: { path: `statements/${plan.stage}` },
      found: `a statement about ${name} that was not there when this was planned`,
      expected: "no statement about it meanwhile",
      action: "look at it, then type the command again; nothing was written",
    })),
  );
}

function newest(chain: Chain | undefined): string | undefined {
  return chain?.kind === "chain" ? tailOf(chain.links).statement.digest : chain?.kind;
}

function writtenText(
  { stage, options }: RollbackCall,
  ready: ReadyRollback,
  { files }: WrittenRestoration,
  published: Published,
): string {
  const count = ready.inputs.record?.gate.approvals?.count ?? 0;
  const waits = waitsForApprovals(ready);
  const steps = [
    ...sharingSteps(files, published),
    ...(waits ? [approvalsStep(stage, count), `when they are there: npm run deploy -- ${stage}`] : []),
    ...(options.deploy === false && !waits ? [`npm run deploy -- ${stage}`] : []),
  ];
  return [
    `wrote ${files.join(", ")}`,
    ...publishedFacts(published),
    ...(waits ? [`${stage} has not gone back yet: approvals are missing`] : []),
    stepsText(steps),
  ].join("\n");
}

function stepsText(steps: readonly string[]): string {
  return ["next", ...steps.map((step) => `  ${step}`)].join("\n");
}

function show({ options }: RollbackCall, text: string): void {
  if (options.json !== true) process.stdout.write(`\n${text}\n\n`);
}
