import { newestBefore, type Candidate } from "../../delivery/rollback/candidates.ts";
import {
  findRevision,
  findUpdate,
  refuseNothingBefore,
  type ChosenUpdate,
} from "../../delivery/rollback/chosen-update.ts";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import { andThen, accepted, RefusalError, refused, type Outcome } from "../../model/refusal.ts";

export interface AimOptions {
  readonly to?: string;
  readonly toRevision?: string;
}

export interface AimQuestion {
  readonly stage: string;
  readonly names: readonly string[];
  /** The newest first, numbered. */
  readonly history: readonly StackUpdate[];
  readonly candidates: readonly Candidate[];
}

/** Nobody looks for one thing in two places. */
export function refuseTwoAims({ to, toRevision }: AimOptions): void {
  if (to === undefined || toRevision === undefined) return;
  throw new RefusalError(
    [
      {
        code: "two-aims",
        place: { path: "--to, --to-revision" },
        found: "both",
        expected: "one of them: an update, or a revision",
        action: "leave one out",
      },
    ],
    2,
  );
}

/** Where it goes: what the options name, else the newest update before the versions of now. */
export function chooseUpdate({ to, toRevision }: AimOptions, question: AimQuestion): Outcome<ChosenUpdate> {
  const { stage, names, history, candidates } = question;
  if (to !== undefined) return andThen(findUpdate(to, history, stage), (update) => accepted({ update, names }));
  if (toRevision !== undefined) return findRevision(toRevision, { history, names, stage });
  const newest = newestBefore({ history, names }, candidates);
  if (newest === undefined) return refused([refuseNothingBefore(stage, candidates)]);
  return accepted({ update: newest.update, names });
}

const WRONG_USE = new Set([
  "invalid-update",
  "unknown-update",
  "ambiguous-update",
  "invalid-revision",
  "unknown-revision",
]);

/** What cannot be found is wrong use; what is there and cannot be gone back to is refused. */
export function orThrowAim(outcome: Outcome<ChosenUpdate>): ChosenUpdate {
  if (outcome.kind === "accepted") return outcome.value;
  const wrongUse = outcome.refusals.some(({ code }) => WRONG_USE.has(code));
  throw new RefusalError(outcome.refusals, wrongUse ? 2 : 1);
}
