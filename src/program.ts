import { getProject, getStack, log, RunError, runtime } from "@pulumi/pulumi";
import { loadStage, type LoadedStage } from "./adapters/stage-loader.ts";
import { describeRemovals } from "./delivery/removals.ts";
import type { DeploymentOutputs } from "./deployment.ts";
import { RefusalError, renderRefusals, type Outcome, type Refusal } from "./model/refusal.ts";
import { PLANNED_VARIABLE } from "./model/planned-variable.ts";
import { checkPreconditions, type Preconditions } from "./preconditions.ts";

/**
 * The Pulumi program: loads a stage, refuses what is wrong with it before the first resource, deploys every application.
 * @throws RunError that lists every reason
 */
export async function deployStage(): Promise<DeploymentOutputs> {
  try {
    return await loadAndDeploy();
  } catch (error) {
    if (error instanceof RefusalError) throw refusal(error.refusals);
    // People get the reason, not our stack: the engine prints one for everything but its own RunError.
    if (process.env["LOCKSTEP_DEBUG"] !== undefined || RunError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunError(`${reason}\n(LOCKSTEP_DEBUG=1 shows where)`);
  }
}

async function loadAndDeploy(): Promise<DeploymentOutputs> {
  const given = runtime.allConfig();
  const loaded = orRefuse(await loadStage({ project: getProject(), stage: getStack(), given }));
  const planned = process.env[PLANNED_VARIABLE];
  // Plain `pulumi up` has shown what the engine shows: it does not even load what compares.
  if (planned !== undefined) await refuseOtherPlan(loaded, planned);
  const [checked, { deploy }] = await Promise.all([
    checkPreconditions(loaded, given),
    // The provider's SDK takes a while to load: meanwhile the cluster answers.
    import("./deployment.ts"),
  ]);
  const preconditions = orRefuse(checked);
  announce(loaded, preconditions);
  return deploy(loaded, { ...preconditions, nowMs: Date.now() });
}

async function refuseOtherPlan(loaded: LoadedStage, planned: string): Promise<void> {
  const { refuseUnplanned } = await import("./as-planned.ts");
  const refusals = refuseUnplanned(loaded, planned);
  if (refusals.length > 0) throw refusal(refusals);
}

/** Says in the plan what its resources alone do not. */
function announce(loaded: LoadedStage, { deployed }: Preconditions): void {
  const { stage, engineConfig, source } = loaded;
  for (const path of engineConfig?.differences ?? []) void log.warn(`${path}: not as in ${source.file}`);
  for (const removal of describeRemovals(deployed.applications, loaded)) void log.warn(removal);
  if (stage.applications.length === 0) void log.info(`${stage.name} is empty: no application is pinned`);
}

function orRefuse<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "accepted") return outcome.value;
  throw refusal(outcome.refusals);
}

function refusal(refusals: readonly Refusal[]): RunError {
  return new RunError(`refused, nothing was changed\n\n${renderRefusals(refusals)}\n`);
}
