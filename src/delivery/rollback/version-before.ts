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

/** How long after its roll-out a version still counts as new: whoever deployed it may come to look at it the same day. */
const NEW_MS = 12 * 3_600_000;

/**
 * A version that has been there for long may have served all the time without anybody having the cluster remember it:
 * what is wrong with it now is no failed roll-out.
 */
export function isLongThere(found: VersionBefore, rolloutSeconds: number, nowMs: number): boolean {
  if (found.kind === "rollback" || found.cameMs === undefined) return false;
  return nowMs - found.cameMs > rolloutSeconds * 1000 + NEW_MS;
}
