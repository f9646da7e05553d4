import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { shellWord } from "../model/shell-word.ts";
import type { GitFolder } from "./git.ts";

/** Where a change began. */
export interface BaseCommit {
  /** As people know it, such as `origin/main`. */
  readonly name: string;
  /** The commit that the name stands for. */
  readonly tip: string;
  /** The newest commit that it and the change have in common. */
  readonly commit: string;
  /** Whether nothing was committed since. */
  readonly isHead: boolean;
}

/** GitHub Actions, GitLab CI, Jenkins (multibranch): the branch that a change is to go to. */
const TARGET_VARIABLES = ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"] as const;

/**
 * Finds where a change began: the branch that was named, else the one that the CI names, else origin's default branch,
 * else main.
 * @param named as the user typed it
 */
export async function findBaseCommit(
  git: GitFolder,
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome<BaseCommit>> {
  if (!(await git.isRepository())) return refused([noRepository(git.folder)]);
  const candidates = await candidatesOf(git, named, env);
  for (const name of candidates) {
    const tip = await git.commitOf(name);
    if (tip === undefined) continue;
    const [commit, head] = await Promise.all([git.mergeBase(tip), git.commitOf("HEAD")]);
    if (commit === undefined || commit === "") return refused([noCommonCommit(name, await git.isShallow())]);
    return accepted({ name, tip, commit, isHead: commit === head });
  }
  return refused([noBase(candidates, await git.isShallow())]);
}

/** A branch of a remote, and where this repository keeps what it last saw of it. */
export interface RemoteBranch {
  readonly remote: string;
  readonly branch: string;
  /** Such as `refs/remotes/origin/main`. */
  readonly ref: string;
}

/**
 * The remote's branch that a change is to go to, whether it was ever fetched or not: of the one that was named, else as
 * `findBaseCommit` would take it. Undefined where no remote has it, as far as the configuration says.
 * @param named as the user typed it
 */
export async function findRemoteBranch(
  git: GitFolder,
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RemoteBranch | undefined> {
  const remotes = await git.remotes();
  const remote = remotes.includes("origin") ? "origin" : remotes.length === 1 ? remotes[0] : undefined;
  if (named !== undefined) return namedBranch(git, named, remotes, remote);
  if (remote === undefined) return undefined;
  const standard = (await git.defaultBranch())?.replace(/^origin\//, "");
  return remoteBranch(remote, targetOfCi(env) ?? standard ?? "main");
}

async function namedBranch(
  git: GitFolder,
  named: string,
  remotes: readonly string[],
  standard: string | undefined,
): Promise<RemoteBranch | undefined> {
  const text = named.replace(/^refs\/(remotes|heads)\//, "");
  const owner = remotes.find((name) => text.startsWith(`${name}/`) && !named.startsWith("refs/heads/"));
  if (owner !== undefined) return remoteBranch(owner, text.slice(owner.length + 1));
  const [remote, merge, branches] = await Promise.all([
    git.configured(`branch.${text}.remote`),
    git.configured(`branch.${text}.merge`),
    git.branches(),
  ]);
  if (remote !== undefined && merge !== undefined && remotes.includes(remote))
    return remoteBranch(remote, merge.replace(/^refs\/heads\//, ""));
  if (standard === undefined) return undefined;
  const found = remoteBranch(standard, text);
  // A branch of this repository alone, a tag or a commit is taken as it is.
  const elsewhere = branches.includes(text) || (await git.commitOf(text)) !== undefined;
  return elsewhere && (await git.commitOf(found.ref)) === undefined ? undefined : found;
}

function remoteBranch(remote: string, branch: string): RemoteBranch {
  return { remote, branch, ref: `refs/remotes/${remote}/${branch}` };
}

function targetOfCi(env: NodeJS.ProcessEnv): string | undefined {
  return TARGET_VARIABLES.map((name) => env[name]).find((value) => value !== undefined && value !== "");
}

async function candidatesOf(
  git: GitFolder,
  named: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  if (named !== undefined) return [named, `origin/${named}`];
  const target = targetOfCi(env);
  // Where the CI says it, nothing else will do: another base would compare less.
  if (target !== undefined) return [`refs/remotes/origin/${target}`];
  const standard = await git.defaultBranch();
  return [...(standard === undefined ? [] : [standard]), "refs/remotes/origin/main", "refs/heads/main"];
}

export function noRepository(folder: string): Refusal {
  return {
    code: "no-repository",
    place: { file: folder },
    found: "a folder that git does not know",
    expected: "a clone: the statements are compared with the base branch's, and commits are made in it",
    action: "run it in a clone of the repository; `git status` there says what else git has against it",
  };
}

function noBase(candidates: readonly string[], isShallow: boolean): Refusal {
  const branch = (candidates[0] ?? "main").replace(/^refs\/(remotes\/origin|heads)\//, "").replace(/^origin\//, "");
  return {
    code: "no-base",
    place: { path: "--base" },
    found: `no ${candidates.join(", no ")}${isShallow ? ", in a shallow clone" : ""}`,
    expected: "the branch that this change is to go to",
    action: `git fetch ${isShallow ? "--unshallow " : ""}origin ${shellWord(`${branch}:refs/remotes/origin/${branch}`)}, or name another with --base`,
  };
}

function noCommonCommit(name: string, isShallow: boolean): Refusal {
  return {
    code: isShallow ? "shallow-clone" : "no-common-commit",
    place: { path: "--base" },
    found: `no commit that ${name} and HEAD have in common${isShallow ? ": the clone is shallow" : ""}`,
    expected: "the history since the change left its base branch",
    action: isShallow
      ? "git fetch --unshallow origin (in CI: fetch-depth 0)"
      : "git fetch origin, or name another --base",
  };
}
