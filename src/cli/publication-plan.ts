import { findRemoteBranch, noRepository, type RemoteBranch } from "../adapters/base-commit.ts";
import { hasBranch } from "../adapters/git-remote.ts";
import { indexLock, operationInProgress } from "../adapters/git-status.ts";
import { GitFolder } from "../adapters/git.ts";
import { refuseOperation } from "../delivery/git-state.ts";
import { accepted, refusalsOf, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { parseRemoteRepository, type RemoteRepository } from "../model/remote-repository.ts";
import { shellCommand } from "../model/shell-word.ts";

/** What --commit, --branch and --push ask for. */
export interface PublicationRequest {
  readonly newBranch: string | undefined;
  /** Undefined: a new branch is pushed where there is a remote, else nothing is. */
  readonly push: boolean | undefined;
  /** The branch that the change is to go to, as the user typed it. */
  readonly base: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Where a commit goes. */
export interface PublicationPlan {
  readonly branch: string;
  readonly isNew: boolean;
  /** Where the branch is pushed, or could be. */
  readonly remote: string | undefined;
  readonly push: boolean;
  /** The branch that it is to be merged into; undefined where nobody knows, or this is the one. */
  readonly target: string | undefined;
  /** Where a pull request can be opened. */
  readonly review: Review | undefined;
}

export interface Review {
  readonly repository: RemoteRepository;
  /** The branch as that repository knows it: with its owner where it is pushed to a fork. */
  readonly head: string;
}

/** Decides where a commit will go, before anything is written: all that is known to stand against it. */
export async function planPublication(request: PublicationRequest): Promise<Outcome<PublicationPlan>> {
  const { folder, signal, newBranch, push } = request;
  const git = new GitFolder(folder, signal);
  if (!(await git.isRepository())) return refused([noRepository(folder)]);
  const current = await git.branch();
  const remote = await pushRemote(git, current);
  const wanted = push ?? newBranch !== undefined;
  const [standing, naming] = await Promise.all([
    refuseStanding(git),
    newBranch === undefined ? [] : refuseName(git, newBranch, wanted ? remote : undefined, signal),
  ]);
  const branch = newBranch ?? current;
  const against = [
    ...standing,
    ...naming,
    ...(branch === undefined ? [noBranch()] : []),
    ...(push === true && remote === undefined ? [noRemote(await git.remotes())] : []),
  ];
  if (branch === undefined || against.length > 0) return refused(against);
  const base = await targetBranch(git, request.base);
  return accepted({
    ...{ branch, isNew: newBranch !== undefined, remote, push: wanted && remote !== undefined },
    target: base === undefined || base.branch === branch ? undefined : base.branch,
    review: remote === undefined ? undefined : await reviewOf(git, branch, remote, base?.remote ?? remote),
  });
}

/** The one that was named, or that was fetched at least once: no other is said to be there. */
async function targetBranch(git: GitFolder, named: string | undefined): Promise<RemoteBranch | undefined> {
  const found = await findRemoteBranch(git, named);
  if (found === undefined || named !== undefined) return found;
  return (await git.commitOf(found.ref)) === undefined ? undefined : found;
}

async function reviewOf(
  git: GitFolder,
  branch: string,
  pushedTo: string,
  mergedAt: string,
): Promise<Review | undefined> {
  const [own, theirs] = await Promise.all(
    [pushedTo, mergedAt].map(async (name) => parseRemoteRepository((await git.pushUrl(name)) ?? "")),
  );
  if (own === undefined || theirs === undefined || own.host !== theirs.host) return undefined;
  if (own.path === theirs.path) return { repository: theirs, head: branch };
  // GitLab opens the merge request of a fork at the fork's own pages, from its list of branches.
  return own.kind === "github" ? { repository: theirs, head: `${own.path.split("/")[0] ?? ""}:${branch}` } : undefined;
}

/** As git itself would take it for a push of the branch; else origin, else the only one. */
async function pushRemote(git: GitFolder, branch: string | undefined): Promise<string | undefined> {
  const keys = ["remote.pushDefault"];
  if (branch !== undefined) keys.unshift(`branch.${branch}.pushRemote`);
  if (branch !== undefined) keys.push(`branch.${branch}.remote`);
  const [remotes, ...configured] = await Promise.all([git.remotes(), ...keys.map((key) => git.configured(key))]);
  const candidates = [...configured, "origin", remotes.length === 1 ? remotes[0] : undefined];
  return candidates.find((name) => name !== undefined && remotes.includes(name));
}

async function refuseStanding(git: GitFolder): Promise<readonly Refusal[]> {
  const [operation, lock, hasIdentity, head] = await Promise.all([
    operationInProgress(git),
    indexLock(git),
    git.hasIdentity(),
    git.commitOf("HEAD"),
  ]);
  return [
    ...(operation === undefined ? [] : [refuseOperation(operation)]),
    ...(lock === undefined ? [] : [indexLocked(lock)]),
    ...(hasIdentity ? [] : [noIdentity()]),
    ...(head === undefined ? [noCommits()] : []),
  ];
}

async function refuseName(
  git: GitFolder,
  name: string,
  remote: string | undefined,
  signal: AbortSignal,
): Promise<readonly Refusal[]> {
  if (!(await git.isBranchName(name))) return [invalidName(name)];
  const taken = (await git.branches()).find(
    (other) => other === name || other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
  );
  if (taken !== undefined) return [nameTaken(name, `a branch ${taken} in this clone`)];
  if (remote === undefined) return [];
  const there = await hasBranch(git, remote, name, signal);
  if (there.kind === "accepted") return there.value ? [nameTaken(name, `a branch ${name} at ${remote}`)] : [];
  return refusalsOf(there);
}

function noBranch(): Refusal {
  return {
    code: "detached-head",
    place: { path: "--commit" },
    found: "no branch is checked out: the commit would belong to none",
    expected: "a branch to commit on",
    action: "--branch NAME makes one, or check one out: git switch <branch>",
  };
}

function noCommits(): Refusal {
  return {
    code: "no-commits",
    place: { path: "--commit" },
    found: "a repository without any commit",
    expected: "the project's files under version control",
    action: "commit them first: git add . && git commit",
  };
}

function noIdentity(): Refusal {
  return {
    code: "no-git-identity",
    place: { path: "git config user.email" },
    found: "no name or address for commits",
    expected: "who commits",
    action: 'git config user.name "<your name>" && git config user.email <address>',
  };
}

function noRemote(remotes: readonly string[]): Refusal {
  return {
    code: "no-remote",
    place: { path: "--push" },
    found: remotes.length === 0 ? "a clone without a remote" : `several remotes: ${remotes.join(", ")}`,
    expected: "origin, or the one that git is configured to push to",
    action: "git remote add origin <address>, or git config remote.pushDefault <name>; or leave --push out",
  };
}

function indexLocked(file: string): Refusal {
  return {
    code: "index-locked",
    place: { file },
    found: "the lock on git's index: another git works here, or was killed",
    expected: "no other git at work",
    action: `wait until it is done; where none runs: ${shellCommand(["rm", file])}`,
  };
}

function invalidName(name: string): Refusal {
  return {
    code: "invalid-branch",
    place: { path: "--branch" },
    found: name,
    expected: "a name that git takes for a branch",
    action: "letters, digits, - and / will do: promote/preprod-2026-11-20",
  };
}

function nameTaken(name: string, found: string): Refusal {
  return {
    code: "branch-exists",
    place: { path: "--branch" },
    found,
    expected: `no branch ${name} yet`,
    action: "name another one; to go on with that one: git switch there, and --commit",
  };
}
