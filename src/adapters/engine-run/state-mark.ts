import { stat } from "node:fs/promises";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { codeOf } from "../disk.ts";
import { readStackHistory } from "../stack-history.ts";
import { findBackendFiles } from "./backend-files.ts";

/** Tells one state of a stack from another. */
export type StateMark = string;

/** Of the state as it lies there now: of its file, else of the newest update. */
export async function readStateMark(stage: string, signal: AbortSignal): Promise<Outcome<StateMark>> {
  const file = await readFileMark(stage, signal);
  if (file.kind === "refused") return file;
  if (file.value !== undefined) return accepted(file.value);
  const history = await readStackHistory({ stage, enough: () => true, signal });
  return andThen(history, ([update]) => accepted(markOfUpdate(update)));
}

/** Costs nothing; undefined where the backend is no folder of files. */
export async function readFileMark(stage: string, signal: AbortSignal): Promise<Outcome<StateMark | undefined>> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused") return files;
  return accepted(files.value === undefined ? undefined : await markOfFile(files.value.state));
}

/** @param update the newest of the history; undefined: it has none */
export function markOfUpdate(update: StackUpdate | undefined): StateMark {
  if (update === undefined) return "no update";
  const { version, kind, result, startMs, endMs = 0 } = update;
  return ["update", version, kind, result, startMs, endMs].join("/");
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
