import { readStackState } from "../../adapters/engine-run/read-stack-state.ts";
import { readUpdateLock, refuseLocked } from "../../adapters/engine-run/update-lock.ts";
import { refuseLeavingNamespaces } from "../../adapters/leaving-namespaces.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { movedVersions, type MovedVersion } from "../../delivery/deploy-checks/moved-version.ts";
import { refuseSteered } from "../../delivery/deployment/whole-stage.ts";
import { goingBack, type RollbackPlan } from "../../delivery/rollback/rollback-plan.ts";
import { checkDeploy, type DeployCheckOptions } from "../../deploy-checks.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import { refusalsOf, type Outcome, type Refusal } from "../../model/refusal.ts";
import { checkProgramAhead } from "./program-ahead.ts";
import type { RollbackInputs } from "./rollback-inputs.ts";

export interface AheadQuestion {
  readonly inputs: RollbackInputs;
  readonly plan: RollbackPlan;
  /** The stage as the rollback leaves it. */
  readonly after: LoadedStage;
  /** The stack's outputs; asked for early, the engine takes its time. */
  readonly outputs: Promise<Outcome<DeployedStage>>;
  readonly options: DeployCheckOptions & { readonly breakLock?: boolean };
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** What the deploy of a rollback would meet. */
export interface DeployAhead {
  readonly refusals: readonly Refusal[];
  /** What it would move besides: it deploys the whole stage. */
  readonly along: readonly MovedVersion[];
}

export const NOTHING_AHEAD: DeployAhead = { refusals: [], along: [] };

/**
 * Everything that can be known of the deploy before a rollback writes: who else is at work, what the deploy's checks
 * have against what comes along, and what the program would refuse. The engine's preview is not asked: it takes as long
 * as all of this, and would look at files that nobody has written. What charts render, the pack's rules on it and what
 * the provider says are seen by the deploy itself.
 */
export async function lookAtDeploy(question: AheadQuestion): Promise<DeployAhead> {
  const { plan, after, outputs } = question;
  const own = new Set(plan.applications.map(({ name }) => name));
  // What goes back was judged by the plan: its database may be where the deploy does not expect it yet.
  const others = after.stage.applications.filter(({ application }) => !own.has(application.name));
  // Nobody has seen the text that is to be written: places are those of the file as it is.
  const rest = { ...after, source: question.inputs.loaded.source, stage: { ...after.stage, applications: others } };
  const deployed = await outputs;
  const asked = await Promise.all([
    askStack(question),
    askNamespaces(question),
    askChecks(question, rest, deployed),
    checkProgramAhead({ ...question, rest, deployed }),
  ]);
  const along = deployed.kind === "accepted" ? movedVersions(others, deployed.value) : [];
  return { refusals: [...refuseSteered(process.env), ...refusalsOf(deployed), ...asked.flat()], along };
}

/** Who else is at work on the stack, and whether its state can be read: a lock is broken after the yes, not before. */
async function askStack({ plan: { stage }, options, nowMs, signal }: AheadQuestion): Promise<readonly Refusal[]> {
  const [lock, state] = await Promise.all([readUpdateLock(stage, signal), readStackState(stage, signal)]);
  const isInTheWay = lock !== undefined && (options.breakLock !== true || lock.alive === true);
  return [...(isInTheWay ? [withOwnFlag(refuseLocked(stage, lock, nowMs))] : []), ...refusalsOf(state)];
}

/** To deploy instead would not go back. */
function withOwnFlag(refusal: Refusal): Refusal {
  if (refusal.code !== "update-locked") return refusal;
  return {
    ...refusal,
    action: "make sure that it does not run any more, then type the command again with --break-lock",
  };
}

async function askNamespaces({ inputs: { access }, after }: AheadQuestion): Promise<readonly Refusal[]> {
  if (access === undefined) return [];
  return eachOf(
    await refuseLeavingNamespaces(
      after.stage.namespaces.map(({ name }) => name),
      access,
    ),
  );
}

function eachOf(outcome: Outcome<readonly Refusal[]>): readonly Refusal[] {
  return outcome.kind === "accepted" ? outcome.value : outcome.refusals;
}

async function askChecks(
  { inputs, plan, options, nowMs, signal }: AheadQuestion,
  rest: LoadedStage,
  deployed: Outcome<DeployedStage>,
): Promise<readonly Refusal[]> {
  if (deployed.kind === "refused") return [];
  return checkDeploy({
    ...{ loaded: rest, deployed: deployed.value, history: inputs.history, options, nowMs, signal },
    purpose: "rollback",
    back: new Set(goingBack(plan, inputs.loaded.stackFile)),
    restated: new Set(plan.applications.map(({ name }) => name)),
  });
}
