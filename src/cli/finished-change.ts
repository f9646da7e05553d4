import { uncleanFiles } from "../adapters/git-status.ts";
import { GitFolder } from "../adapters/git.ts";
import { projectRoot } from "../adapters/project.ts";
import { orThrow } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import { stackFileName } from "../model/stack-file.ts";
import { preparePublication, UNPUBLISHED, type Published, type PublicationOptions } from "./publication.ts";
import { describeChange, type FinishedChange } from "./unfinished-change.ts";

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
    title: `Add ${describeChange(finished)}`,
    body: "Written by a run that was interrupted, and finished by the next one.",
    trailers: { "Lockstep-Statement": statement, "Lockstep-Stage": stage },
  });
}
