import { readFile } from "node:fs/promises";
import { accepted, andThen, refused, type Outcome } from "../../model/refusal.ts";
import { codeOf } from "../disk.ts";
import { exportStack } from "../engine.ts";
import { findBackendFiles } from "./backend-files.ts";
import { describeDamage } from "./damaged-state.ts";
import { exportSchema, NOTHING, parseState, type StackState } from "./stack-state.ts";

/**
 * What a killed run left in a stage's state; a state that cannot be read is refused, with the backend's own copies of
 * it. A file is read directly: it costs milliseconds, the engine the better part of a second.
 */
export async function readStackState(stage: string, signal: AbortSignal): Promise<Outcome<StackState>> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused") return files;
  if (files.value?.state.endsWith(".json") !== true) return exportedState(stage, signal);
  let text: string;
  try {
    text = await readFile(files.value.state, "utf8");
  } catch (error) {
    // No stack, or one that the engine alone finds: its own words name it.
    if (codeOf(error) === "ENOENT") return exportedState(stage, signal);
    return refused([await describeDamage(stage, files.value, String(error))]);
  }
  const parsed = parseState(text);
  return typeof parsed === "string" ? refused([await describeDamage(stage, files.value, parsed)]) : accepted(parsed);
}

async function exportedState(stage: string, signal: AbortSignal): Promise<Outcome<StackState>> {
  // `stack export` answers in JSON by itself.
  const read = await exportStack(stage, exportSchema, signal);
  return andThen(read, ({ deployment }) => accepted(deployment ?? NOTHING));
}
