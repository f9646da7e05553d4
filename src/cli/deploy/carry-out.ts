import { failedApplications, type FailedApplication } from "../../delivery/deployment/failed-applications.ts";
import { seenWell } from "../../delivery/deployment/seen-well.ts";
import { withReason } from "../../delivery/rollout/with-reason.ts";
import { isUnready } from "../../model/rollout.ts";
import { rememberChecks, smokeOf } from "./checked-applications.ts";
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
    const unready = rollouts.filter(isUnready).map(withReason);
    if (unready.length > 0)
      return { ended: "failed", updated, failed: failedApplications({ errors: [], rollouts: unready, smoke: [] }) };
    const names = ahead.plan.applications.flatMap(({ name, after }) => (after === undefined ? [] : [name]));
    const smoke = await smokeOf(call, opened, names);
    if (signal.aborted) return { ended: "interrupted", updated, failed: [] };
    const failed = failedApplications({ errors: [], rollouts: [], smoke });
    const isJudged = updated.unjudged.length === 0;
    // What is not remembered keeps a schedule from taking it for done: the next run previews and checks.
    if (isJudged) await rememberChecks(opened, seenWell(names, rollouts, failed));
    const isWell = failed.length === 0 && isJudged;
    return { ended: isWell ? "deployed" : "failed", updated, failed };
  }
  const errors = run.diagnostics.filter(({ severity }) => severity === "error");
  return { ended: "failed", updated, failed: failedApplications({ errors, rollouts, smoke: [] }) };
}
