import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { accepted, refused, type Outcome } from "../../model/refusal.ts";
import { findBackendFiles } from "./backend-files.ts";
import { describeDamage } from "./damaged-state.ts";
import { parseStateFile } from "./stack-state.ts";

export interface StateFile<Deployment> {
  /** Undefined where nothing was deployed yet. */
  readonly deployment: Deployment | undefined;
}

/**
 * A stage's state where the backend keeps it as a plain file: to read that costs milliseconds, the engine takes the
 * better part of a second. What is no state is refused, with the backend's own copies of it.
 * @returns undefined where the engine has to be asked: it is no such backend, or the file cannot be read
 */
export async function readStateFile<Schema extends z.ZodType>(
  stage: string,
  deployment: Schema,
  signal?: AbortSignal,
): Promise<Outcome<StateFile<z.output<Schema>> | undefined>> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused") return files;
  if (files.value?.state.endsWith(".json") !== true) return accepted(undefined);
  // No stack, one that the engine alone finds, or a file that nobody here may read: its own words name it.
  const text = await readFile(files.value.state, "utf8").catch(() => undefined);
  if (text === undefined) return accepted(undefined);
  const parsed = parseStateFile(text, deployment);
  if (parsed.kind === "damaged") return refused([await describeDamage(stage, files.value, parsed.found)]);
  return accepted({ deployment: parsed.deployment });
}
