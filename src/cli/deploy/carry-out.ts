import { failedApplications, type FailedApplication } from "../../delivery/deployment/failed-applications.ts";
import { runSmokeChecks, type SmokeFailure, type SmokeProgress } from "../../smoke-checks.ts";
import { printable } from "../../model/refusal.ts";
import { isStuck } from "../../model/rollout.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { LookAhead } from "./look-ahead.ts";
import type { OpenedStage } from "./opened-stage.ts";
import { updateStage, type UpdatedStage } from "./updated-stage.ts";

/** What became of a deploy that people said yes to. */
export interface CarriedOut {
  readonly ended: "deployed" | "failed" | "interrupted";
  readonly updated: UpdatedStage;
  /** Why it failed, as far as an application is the reason. */
  readonly failed: readonly FailedApplication[];
}

/** Deploys what was shown, follows it, and asks the applications themselves. */
export async function carryOut(call: DeployCall, opened: OpenedStage, ahead: LookAhead): Promise<CarriedOut> {
  const { signal } = call;
  const updated = await updateStage(call, opened, ahead);
  const { run, rollouts } = updated;
  if (run.ended === "interrupted") return { ended: "interrupted", updated, failed: [] };
  if (run.ended === "succeeded") {
    if (rollouts.some(isStuck))
      return { ended: "failed", updated, failed: failedApplications({ errors: [], rollouts, smoke: [] }) };
    const smoke = await smokeOf(call, opened, ahead);
    if (signal.aborted) return { ended: "interrupted", updated, failed: [] };
    const failed = failedApplications({ errors: [], rollouts: [], smoke });
    return { ended: failed.length === 0 ? "deployed" : "failed", updated, failed };
  }
  const errors = run.diagnostics.filter(({ severity }) => severity === "error");
  return { ended: "failed", updated, failed: failedApplications({ errors, rollouts, smoke: [] }) };
}

async function smokeOf(
  { signal }: DeployCall,
  { loaded, access }: OpenedStage,
  { plan }: LookAhead,
): Promise<readonly SmokeFailure[]> {
  const names = plan.applications.flatMap(({ name, after }) => (after === undefined ? [] : [name]));
  if (access === undefined || names.length === 0) return [];
  try {
    return await runSmokeChecks({ stage: loaded, names, access, onProgress: showCheck, signal });
  } catch (error) {
    // What the update did is done: Ctrl-C only ends the waiting.
    if (signal.aborted) return [];
    throw error;
  }
}

/** Not on standard output: it is no part of what was asked for. */
function showCheck({ application, check, state }: SmokeProgress): void {
  if (state !== "running") process.stderr.write(`${printable(`${application}: ${check}: ${state}`)}\n`);
}
