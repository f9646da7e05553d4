import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { exportStack } from "../engine.ts";
import { deploymentSchema, exportSchema, NOTHING, type StackState } from "./stack-state.ts";
import { readStateFile } from "./state-file.ts";

/** What a killed run left in a stage's state; a state that cannot be read is refused. */
export async function readStackState(stage: string, signal: AbortSignal): Promise<Outcome<StackState>> {
  const file = await readStateFile(stage, deploymentSchema, signal);
  if (file.kind === "refused") return file;
  if (file.value !== undefined) return accepted(file.value.deployment ?? NOTHING);
  // `stack export` answers in JSON by itself.
  const read = await exportStack(stage, exportSchema, signal);
  return andThen(read, ({ deployment }) => accepted(deployment ?? NOTHING));
}
