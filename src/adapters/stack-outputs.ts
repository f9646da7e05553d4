import { z } from "zod";
import type { DeployedStage } from "../model/deployed-stage.ts";
import type { Outcome } from "../model/refusal.ts";
import { toStackOutputs } from "../model/stack-outputs.ts";
import { askEngine } from "./engine.ts";

const answerSchema = z.record(z.string(), z.unknown()).transform(toStackOutputs);

/** What the last update of a stage that succeeded left; a stack that nothing was deployed with has nothing. */
export async function readDeployedStage(stage: string, signal?: AbortSignal): Promise<Outcome<DeployedStage>> {
  return askEngine(stage, ["stack", "output"], answerSchema, signal);
}
