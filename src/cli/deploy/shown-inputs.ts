import { changedSince, type InputSnapshot } from "../../adapters/input-snapshot.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";

/** As many as a person reads; the rest is counted. */
const MAX_LISTED = 20;

/** What was shown is what is deployed. @throws RefusalError where a file has changed since */
export function refuseNotAsShown(snapshot: InputSnapshot): void {
  const changed = changedSince(snapshot);
  if (changed.length > 0) throw new RefusalError([refuseChanged(snapshot.stage, changed)], 1);
}

function refuseChanged(stage: string, changed: readonly string[]): Refusal {
  const more = changed.length - MAX_LISTED;
  return {
    code: "changed-meanwhile",
    place: { path: stage },
    found: [
      "changed after the plan was made:",
      ...changed.slice(0, MAX_LISTED),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join("\n"),
    expected: "every file as it was when the plan was shown",
    action: `look at git status, and plan again: npm run deploy -- ${shellWord(stage)}; nothing was changed`,
  };
}
