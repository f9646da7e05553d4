import { uncleanFiles } from "../adapters/git-status.ts";
import { GitFolder } from "../adapters/git.ts";
import { projectRoot } from "../adapters/project.ts";
import {
  findUnfinished,
  finishUnfinished,
  refuseUnfinished,
  type Unfinished,
} from "../adapters/statements/pending-change.ts";
import type { Digest } from "../model/digest.ts";
import { orThrow } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import { stackFileName } from "../model/stack-file.ts";
import { preparePublication, UNPUBLISHED, type Published, type PublicationOptions } from "./publication.ts";

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
      `an earlier run was killed while it wrote ${describe(found)}: the next run that is no --dry-run finishes it\n`,
    );
    return undefined;
  }
  const finished = await finishUnfinished(stage);
  if (finished === undefined) return undefined;
  process.stderr.write(`finished what an earlier run was killed at: ${describe(found)}\n`);
  return { what, statement, ...finished };
}

/** For a run that had nothing to write: an earlier one may have, and have been killed before its commit. */
export async function nameUncommitted(stage: string, signal: AbortSignal): Promise<void> {
  const git = new GitFolder(projectRoot, signal);
  if (!(await git.isRepository())) return;
  const unclean = await uncleanFiles(git, [stackFileName(stage), `statements/${stage}`]);
  if (unclean.length === 0) return;
  const add = shellCommand(["git", "add", ...unclean.map(({ path }) => path)]);
  process.stderr.write(`what was written is not committed: ${add} && git commit\n`);
}

/** The commit that a killed run did not get to, whichever verb it was; without a change nothing. */
export async function publishFinished(
  finished: FinishedChange | undefined,
  stage: string,
  options: PublicationOptions,
  signal: AbortSignal,
): Promise<Published> {
  if (finished === undefined) return UNPUBLISHED;
  const { statement, files } = finished;
  const publication = orThrow(await preparePublication(options, signal), 1);
  return publication.publish({
    files,
    title: `Add ${describe(finished)}`,
    body: "Written by a run that was interrupted, and finished by the next one.",
    trailers: { "Lockstep-Statement": statement, "Lockstep-Stage": stage },
  });
}

function describe({ what, folder }: Pick<Decided, "what" | "folder">): string {
  const words = { statement: "", approval: "an approval of ", withdrawal: "a withdrawal of " };
  return `${words[what]}${folder}`;
}
