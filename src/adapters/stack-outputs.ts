import { z } from "zod";
import type { DeployedStage } from "../model/deployed-stage.ts";
import { accepted, type Outcome } from "../model/refusal.ts";
import { toStackOutputs } from "../model/stack-outputs.ts";
import { STACK_TYPE } from "../model/urn.ts";
import { readStateFile } from "./engine-run/state-file.ts";
import { askEngine } from "./engine.ts";

const answerSchema = z.record(z.string(), z.unknown()).transform(toStackOutputs);

/** A stack is a resource of its own state; a secret among its outputs is ciphertext here, and no output of ours. */
const deploymentSchema = z
  .object({ resources: z.array(z.object({ type: z.string(), outputs: z.unknown().optional() })).nullish() })
  .transform(({ resources }) => toStackOutputs(resources?.find(({ type }) => type === STACK_TYPE)?.outputs ?? {}));

/** What the last update of a stage that succeeded left; a stack that nothing was deployed with has nothing. */
export async function readDeployedStage(stage: string, signal?: AbortSignal): Promise<Outcome<DeployedStage>> {
  return askEngine(stage, ["stack", "output"], answerSchema, signal);
}

/**
 * The same from the state's own file, where there is one: quicker, and all of the state is in memory meanwhile. For a
 * verb that has one stage and reads its state anyway.
 */
export async function readDeployedFromState(stage: string, signal?: AbortSignal): Promise<Outcome<DeployedStage>> {
  const file = await readStateFile(stage, deploymentSchema, signal);
  if (file.kind === "refused") return file;
  if (file.value !== undefined) return accepted(file.value.deployment ?? toStackOutputs({}));
  return readDeployedStage(stage, signal);
}
