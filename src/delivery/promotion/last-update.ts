import type { StackUpdate } from "../../model/deployed-stage.ts";
import type { Refusal } from "../../model/refusal.ts";

/** Kinds that change what runs: a preview or a refresh after them is no matter. */
const CHANGES: ReadonlySet<string> = new Set(["update", "destroy"]);

/** Those of a history that change what runs. */
export function changesAmong(history: readonly StackUpdate[]): readonly StackUpdate[] {
  return history.filter(({ kind }) => CHANGES.has(kind));
}

/** Whether all of a stage was asked to be as its files say, and came to be so. */
export function isWhole({ kind, result, partial }: StackUpdate): boolean {
  return kind === "update" && result === "succeeded" && !partial;
}

/** What stands against a stage whose last update left it in a state that proves nothing. */
export function refuseLastUpdate(stage: string, last: StackUpdate | undefined): readonly Refusal[] {
  const refuse = (code: string, found: string, action: string): readonly Refusal[] => [
    { code, place: { path: stage }, found, expected: `a last update of ${stage} that succeeded, of all of it`, action },
  ];
  const deploy = `deploy ${stage}: pulumi up --stack ${stage}`;
  if (last === undefined) return refuse("source-never-deployed", `${stage} was never deployed`, deploy);
  const { kind, result, startTime, partial } = last;
  const begun = `the ${kind} of ${stage} that began at ${startTime}`;
  if (result === "in-progress")
    return refuse(
      "source-update-running",
      `${begun} has not ended`,
      `wait for its end; if it was killed: pulumi cancel ${stage}, and ${deploy}`,
    );
  if (kind === "destroy") return refuse("source-destroyed", `${begun} took it away`, deploy);
  if (result === "failed")
    return refuse(
      "source-update-failed",
      `${begun} failed`,
      `mend what failed, or take it back, and ${deploy}; what happened: pulumi stack history --stack ${stage}`,
    );
  if (partial) return refuse("source-partly-deployed", `${begun} was of a part of it (--target or --exclude)`, deploy);
  return [];
}
