import { changedSince, type InputSnapshot } from "../../adapters/input-snapshot.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";

/** As many as a person reads; the rest is counted. */
const MAX_LISTED = 20;

/**
 * What was shown is what is done.
 * @param again how it is planned anew
 * @throws RefusalError where a file has changed since
 */
export function refuseNotAsShown(
  snapshot: InputSnapshot,
  again = `plan again: npm run deploy -- ${shellWord(snapshot.stage)}`,
): void {
  const changed = changedSince(snapshot);
  if (changed.length > 0) throw new RefusalError([refuseChanged(snapshot.stage, changed, again)], 1);
}

function refuseChanged(stage: string, changed: readonly string[], again: string): Refusal {
  return {
    code: "changed-meanwhile",
    place: { path: stage },
    found: listed("changed after the plan was made:", changed),
    expected: "every file as it was when the plan was shown",
    action: `look at git status, and ${again}; nothing was changed`,
  };
}

/** Files, one below the other. */
export function listed(title: string, files: readonly string[]): string {
  const more = files.length - MAX_LISTED;
  return [title, ...files.slice(0, MAX_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
