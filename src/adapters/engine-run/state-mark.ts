import { stat } from "node:fs/promises";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { codeOf } from "../disk.ts";
import { readStackHistory } from "../stack-history.ts";
import { findBackendFiles } from "./backend-files.ts";

/** Tells one state of a stack from another. */
export type StateMark = string;

/**
 * Of the state as it lies there now: of its file, which costs nothing to look at; of other backends, of the newest update.
 * @param newest of the history, where the caller has read it a moment ago; undefined within it: there is none
 */
export async function readStateMark(
  stage: string,
  signal: AbortSignal,
  newest?: { readonly update: StackUpdate | undefined },
): Promise<Outcome<StateMark>> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused") return files;
  if (files.value !== undefined) return accepted(await markOfFile(files.value.state));
  if (newest !== undefined) return accepted(markOfUpdate(newest.update));
  const history = await readStackHistory({ stage, enough: () => true, signal });
  return andThen(history, ([update]) => accepted(markOfUpdate(update)));
}

async function markOfFile(path: string): Promise<StateMark> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return ["file", size, mtimeMs, ino].join("/");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "no file";
    throw error;
  }
}

function markOfUpdate(update: StackUpdate | undefined): StateMark {
  if (update === undefined) return "no update";
  const { version, kind, result, startMs, endMs = 0 } = update;
  return ["update", version, kind, result, startMs, endMs].join("/");
}
