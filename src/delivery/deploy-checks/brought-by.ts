import type { StackUpdate } from "../../model/deployed-stage.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { StageApplication } from "../../model/stage.ts";
import { changesAmong } from "../promotion/last-update.ts";
import { isSameWritten } from "../rollback/candidates.ts";

export interface BroughtQuestion {
  readonly applications: readonly StageApplication[];
  /** The newest first. */
  readonly history: readonly StackUpdate[];
  readonly purpose: "deploy" | "rollback" | "reconcile";
}

/**
 * The applications whose versions a deploy answers for: all of them, but that a way back leaves what is bad elsewhere
 * where the last update has put it. To keep the others from going back for it would help nobody.
 */
export function broughtBy({ applications, history, purpose }: BroughtQuestion): readonly StageApplication[] {
  if (purpose !== "rollback") return applications;
  const there = changesAmong(history)[0]?.pins;
  return applications.filter(({ application: { name }, pin }) => !isSameWritten(there?.get(name), renderPin(pin)));
}
