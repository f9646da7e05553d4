import type { StackUpdate, WrittenPin } from "../../model/deployed-stage.ts";
import { changesAmong, isWhole } from "../promotion/last-update.ts";
import { isWayBack } from "./came-with.ts";
import { isSameWritten } from "./candidates.ts";

/**
 * What an application ran before the version of now came.
 * - `nothing`: no update of the whole stage succeeded with another version.
 * - `rollback`: it came with a rollback, which is never rolled back.
 * `cameMs` is when the update ended that it came with.
 */
export type VersionBefore =
  | { readonly kind: "version"; readonly pin: WrittenPin; readonly cameMs: number | undefined }
  | { readonly kind: "nothing"; readonly cameMs: number | undefined }
  | { readonly kind: "rollback" };

/** @param history all of it, the newest first */
export function versionBefore(name: string, running: WrittenPin, history: readonly StackUpdate[]): VersionBefore {
  const changes = changesAmong(history);
  const end = changes.findIndex(({ pins }) => !isSameWritten(pins.get(name), running));
  const since = end === -1 ? changes : changes.slice(0, end);
  const came = since.at(-1);
  if (came !== undefined && isWayBack(came, changes[since.length], name)) return { kind: "rollback" };
  const earlier = changes
    .slice(since.length)
    .find((update) => isWhole(update) && update.pins.has(name) && !isSameWritten(update.pins.get(name), running));
  const pin = earlier?.pins.get(name);
  const cameMs = came?.endMs ?? came?.startMs;
  return pin === undefined ? { kind: "nothing", cameMs } : { kind: "version", pin, cameMs };
}
