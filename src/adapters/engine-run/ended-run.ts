import type { EngineEvent } from "../../model/engine-events.ts";
import { ProcessError } from "../processes.ts";
import type { ResourceChange } from "./resource-change.ts";
import type { Diagnostic, RunRecord } from "./run-record.ts";

/** How a preview or an update ended. */
export interface EngineRun {
  readonly ended: "succeeded" | "failed" | "interrupted" | "locked";
  /** What changes, in a preview; what was begun, in an update. */
  readonly changes: readonly ResourceChange[];
  /** What policies did; empty where an event could not be read. */
  readonly events: readonly EngineEvent[];
  readonly diagnostics: readonly Diagnostic[];
  /** The engine's last words, for people. */
  readonly said: string;
}

const LOCKED = /currently locked by|another update is currently in progress/i;
const LAST_LINES = 40;

/**
 * @param work the engine's process, to its end
 * @param said what it says meanwhile
 * @throws whatever is no end of the engine's: that there is no pulumi, too
 */
export async function endedRun(said: RunRecord, work: () => Promise<unknown>, signal: AbortSignal): Promise<EngineRun> {
  const ended = await endOf(work, signal);
  const { changes, diagnostics, problem } = said;
  // What was ended in the middle of its words says so itself.
  if (problem === undefined || ended.ended === "interrupted")
    return { ...ended, changes, diagnostics, events: said.events };
  return { ended: "failed", changes, diagnostics, events: [], said: `the engine's events cannot be read: ${problem}` };
}

async function endOf(work: () => Promise<unknown>, signal: AbortSignal): Promise<Pick<EngineRun, "ended" | "said">> {
  try {
    await work();
    return { ended: "succeeded", said: "" };
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "not-found") throw error;
    const said = lastLines(`${error.stdout}\n${error.stderr}`);
    if (LOCKED.test(said)) return { ended: "locked", said };
    return { ended: signal.aborted ? "interrupted" : "failed", said };
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-LAST_LINES).join("\n");
}
