import { z } from "zod";
import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { accepted, andThen, refused, type Outcome } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";
import { exportStack } from "../engine.ts";
import { ProcessError, run } from "../processes.ts";
import { projectRoot } from "../project.ts";

const TIMEOUT_MS = 120_000;

const exportSchema = z.record(z.string(), z.json());

/** A state as `pulumi stack export` writes it: ciphertexts, no plain secrets. */
export interface ExportedState {
  /** All of it. */
  readonly whole: JsonObject;
  readonly deployment: JsonObject;
}

export async function exportState(stage: string, signal: AbortSignal): Promise<Outcome<ExportedState>> {
  const read = await exportStack(stage, exportSchema, signal);
  return andThen(read, (whole) => {
    const deployment = whole["deployment"];
    return accepted({ whole, deployment: isJsonObject(deployment) ? deployment : {} });
  });
}

/** The engine checks what it takes, and keeps what was there before. */
export async function importState(stage: string, state: JsonObject, signal: AbortSignal): Promise<Outcome<undefined>> {
  const args = ["stack", "import", "--stack", stage, "--non-interactive", "--color", "never"];
  try {
    await run("pulumi", args, { cwd: projectRoot, input: JSON.stringify(state), timeoutMs: TIMEOUT_MS, signal });
    return accepted(undefined);
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
    return refused([
      {
        code: "not-recovered",
        place: { path: `state of ${stage}` },
        found: `${error.stdout}\n${error.stderr}`.trim(),
        expected: "a state that the engine takes",
        action: `pulumi stack export --stack ${shellWord(stage)} shows it; pulumi refresh --stack ${shellWord(stage)} asks what to do about each operation that did not end`,
      },
    ]);
  }
}
