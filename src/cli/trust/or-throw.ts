import { RefusalError, type ExitCode, type Outcome } from "../../model/refusal.ts";

/** The value; at the edge of a verb, what was refused ends it. */
export function orThrow<T>(outcome: Outcome<T>, exitCode: ExitCode): T {
  if (outcome.kind === "refused") throw new RefusalError(outcome.refusals, exitCode);
  return outcome.value;
}
