import { findBaseCommit, findRemoteBranch, type BaseCommit, type RemoteBranch } from "./adapters/base-commit.ts";
import { fetchBranch } from "./adapters/git-remote.ts";
import { operationInProgress, uncleanFiles } from "./adapters/git-status.ts";
import { GitFolder } from "./adapters/git.ts";
import { projectRoot } from "./adapters/project.ts";
import { refuseGitState, type MissingFromHead } from "./delivery/git-state.ts";
import { stackFileName } from "./model/stack-file.ts";
import { accepted, refused, refusalsOf, type Outcome } from "./model/refusal.ts";

export interface GitQuestion {
  /** What must be as HEAD has it: files and folders, relative to the project. */
  readonly files: readonly string[];
  /** The stage whose statements and stack file must be as new as the base branch's. */
  readonly statementsOf: string;
  /** As the user typed it. */
  readonly base: string | undefined;
  /** Whether a remote is asked for its newest. */
  readonly fetch: boolean;
  readonly signal: AbortSignal;
  /** @default the project's */
  readonly folder?: string;
}

/** Where the work stands in git. */
export interface GitState {
  /** The commit that is checked out. */
  readonly head: string;
  /** Undefined where none is checked out. */
  readonly branch: string | undefined;
  readonly base: BaseCommit;
  /** Whether the base is what its remote has now. */
  readonly fetched: boolean;
}

/** Whether nothing in git stands against a new statement: clean files, and nothing newer on the base branch. */
export async function checkGitState(question: GitQuestion): Promise<Outcome<GitState>> {
  const { files, statementsOf: stage, fetch, signal } = question;
  const git = new GitFolder(question.folder ?? projectRoot, signal);
  if (!(await git.isRepository())) return refused(refusalsOf(await findBaseCommit(git, question.base)));
  const remote = await findRemoteBranch(git, question.base);
  const fetched = fetch && remote !== undefined ? await fetchBranch(git, remote, signal) : accepted(false);
  const base = await findBaseIn(git, question.base, remote);
  const [unclean, operation, missing, head, branch] = await Promise.all([
    uncleanFiles(git, files),
    operationInProgress(git),
    base.kind === "refused" ? undefined : missingFromHead(git, stage, base.value, remote),
    git.commitOf("HEAD"),
    git.branch(),
  ]);
  const against = [
    ...refusalsOf(fetched),
    // What cannot be fetched was said; that it is not there follows from it.
    ...(fetched.kind === "refused" ? [] : refusalsOf(base)),
    ...refuseGitState({ stage, unclean, operation, missing }),
  ];
  if (against.length > 0 || base.kind === "refused" || fetched.kind === "refused") return refused(against);
  if (head === undefined) throw new Error("git found a base of a commit that is not there");
  return accepted({ head, branch, base: base.value, fetched: fetched.value });
}

/** The remote's branch counts before one of the same name here: it is where the others look. */
export async function findBase(git: GitFolder, named: string | undefined): Promise<Outcome<BaseCommit>> {
  return findBaseIn(git, named, await findRemoteBranch(git, named));
}

async function findBaseIn(
  git: GitFolder,
  named: string | undefined,
  remote: RemoteBranch | undefined,
): Promise<Outcome<BaseCommit>> {
  const seen = remote !== undefined && (await git.commitOf(remote.ref)) !== undefined;
  const found = await findBaseCommit(git, seen ? remote.ref : named);
  if (found.kind === "refused") return found;
  return accepted({ ...found.value, name: found.value.name.replace(/^refs\/(remotes|heads)\//, "") });
}

/** Files that changed on the base branch since the work left it, and that HEAD has otherwise, or not at all. */
async function missingFromHead(
  git: GitFolder,
  stage: string,
  { name, tip, commit }: BaseCommit,
  remote: RemoteBranch | undefined,
): Promise<MissingFromHead> {
  const paths = [`statements/${stage}`, stackFileName(stage)];
  const [since, different] = await Promise.all([
    git.filesBetween(commit, tip, paths),
    git.filesBetween("HEAD", tip, paths),
  ]);
  const files = since.filter((file) => different.includes(file));
  const ours = remote !== undefined && name === `${remote.remote}/${remote.branch}`;
  return { base: name, remote: ours ? { name: remote.remote, branch: remote.branch } : undefined, files };
}
