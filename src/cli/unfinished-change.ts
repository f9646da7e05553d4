import { projectRoot } from "../adapters/project.ts";
import {
  findUnfinished,
  finishUnfinished,
  refuseUnfinished,
  type Unfinished,
} from "../adapters/statements/pending-change.ts";
import type { Digest } from "../model/digest.ts";

type Decided = Unfinished & { kind: "decided" };

/** What an earlier run had decided on, and this one has finished. */
export interface FinishedChange {
  readonly what: Decided["what"];
  /** The statement, or the one that the approval or withdrawal is about. */
  readonly statement: Digest;
  /** Of the statement, relative to the project. */
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * Names on standard error what a killed run left behind about a stage, and puts it in place before anything else is
 * looked at. A dry run names it only.
 * @throws RefusalError where somebody edited the stack file since, or it is not as a verb wrote it
 */
export async function settleUnfinished(stage: string, dryRun: boolean): Promise<FinishedChange | undefined> {
  const found = await findUnfinished(stage);
  if (found === undefined || found.kind === "draft") return undefined;
  const { what, statement } = found;
  if (dryRun) {
    if (!found.canFinish) await refuseUnfinished(stage, projectRoot);
    process.stderr.write(
      `an earlier run was killed while it wrote ${describeChange(found)}: the next run that is no --dry-run finishes it\n`,
    );
    return undefined;
  }
  const finished = await finishUnfinished(stage);
  if (finished === undefined) return undefined;
  process.stderr.write(`finished what an earlier run was killed at: ${describeChange(found)}\n`);
  return { what, statement, ...finished };
}

/** For people: `an approval of statements/prod/…`. */
export function describeChange({ what, folder }: Pick<Decided, "what" | "folder">): string {
  const words = { statement: "", approval: "an approval of ", withdrawal: "a withdrawal of " };
  return `${words[what]}${folder}`;
}
