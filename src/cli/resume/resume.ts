import { planResume } from "../../delivery/hold-plan.ts";
import { orThrow } from "../../model/refusal.ts";
import type { ChangeOptions } from "../confirmation.ts";
import { readHeldStage } from "../hold/held-stage.ts";
import { writeHoldPlan } from "../hold/write-plan.ts";
import { settleUnfinished } from "../unfinished-change.ts";

export interface ResumeCall {
  readonly stage: string;
  /** None: the hold of the whole stage. */
  readonly applications: readonly string[];
  readonly options: ChangeOptions;
  readonly signal: AbortSignal;
}

/** Plans the end of holds, shows it, asks, and writes it. @throws RefusalError with every reason */
export async function resume({ stage, applications, options, signal }: ResumeCall): Promise<void> {
  const nowMs = Date.now();
  await settleUnfinished(stage, options.dryRun === true);
  const { stackFile, source } = orThrow(await readHeldStage(stage), 2);
  const plan = orThrow(planResume({ stage, applications, stackFile }), 1);
  await writeHoldPlan(plan, source, { options, signal, nowMs });
}
