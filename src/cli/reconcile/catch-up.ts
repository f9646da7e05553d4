import { findRemoteBranch, noRepository, type RemoteBranch } from "../../adapters/base-commit.ts";
import { aheadAndBehind, fastForward } from "../../adapters/git-fast-forward.ts";
import { fetchBranch } from "../../adapters/git-remote.ts";
import { operationInProgress, uncleanFiles } from "../../adapters/git-status.ts";
import { GitFolder } from "../../adapters/git.ts";
import { refuseOperation } from "../../delivery/git-state.ts";
import { planFastForward } from "../../delivery/reconcile/fast-forward.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { shellCommand } from "../../model/shell-word.ts";

export interface CatchUp {
  /** The commit that was checked out. */
  readonly before: string;
  /** The one that is now, or would be. */
  readonly after: string;
  /** The branch that is followed, such as `origin/main`. */
  readonly upstream: string;
}

export interface CatchUpRequest {
  readonly folder: string;
  readonly stage: string;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What says what a stage is to be; git itself guards the rest from being written over. */
const PROJECT_FILES = ["Pulumi.yaml", "src", "policy"];

/** What changed them may have changed what they need. */
const DEPENDENCIES = ["package.json", "package-lock.json"];

/**
 * Fetches the branch that the checked-out one follows, and moves it forward.
 * @throws RefusalError where it does not only have to go forward, or somebody's changes lie there
 */
export async function catchUp({ folder, stage, dryRun, signal }: CatchUpRequest): Promise<CatchUp> {
  const git = new GitFolder(folder, signal);
  if (!(await git.isRepository())) throw new RefusalError([noRepository(folder)]);
  const [branch, operation, unclean, before] = await Promise.all([
    git.branch(),
    operationInProgress(git),
    uncleanFiles(git, [...PROJECT_FILES, stackFileName(stage), `statements/${stage}`]),
    git.commitOf("HEAD"),
  ]);
  if (operation !== undefined) throw new RefusalError([refuseOperation(operation)]);
  const upstream = branch === undefined ? undefined : await findRemoteBranch(git, branch);
  if (upstream !== undefined) orThrow(await fetchBranch(git, upstream, signal), 1);
  const after = upstream === undefined ? undefined : await git.commitOf(upstream.ref);
  const counts = after === undefined ? { ahead: 0, behind: 0 } : await aheadAndBehind(git, after);
  const plan = orThrow(planFastForward({ branch, upstream, ...counts, unclean }), 1);
  if (before === undefined || after === undefined || upstream === undefined)
    throw new Error("git has a branch without a commit");
  if (plan === "forward" && !dryRun) await goForward(git, { before, after }, signal);
  return { before, after, upstream: nameOf(upstream) };
}

async function goForward(git: GitFolder, { before, after }: Omit<CatchUp, "upstream">, signal: AbortSignal) {
  const changed = await git.filesBetween(before, after, DEPENDENCIES);
  if (changed.length === 0) {
    await fastForward(git, after, signal);
    return;
  }
  // Were it checked out already, the next run of the schedule would find nothing to fetch, and go on without them.
  const merge = ["git", "merge", "--ff-only", after];
  throw new RefusalError([
    {
      code: "dependencies-changed",
      place: { file: changed.join(", ") },
      found: `other dependencies in ${after.slice(0, 12)}, which is not checked out yet`,
      expected: "the dependencies that its code was written for",
      action: `${[merge, ["npm", "ci", "--ignore-scripts"], ["npm", "rebuild", "node"]].map(shellCommand).join(" && ")}, then run this again`,
    },
  ]);
}

function nameOf({ remote, branch }: RemoteBranch): string {
  return `${remote}/${branch}`;
}
