import type { Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import type { FileState, GitOperation, UncleanFile } from "../model/working-tree.ts";

/** The base branch's part: what it has below the paths that count, and HEAD has not. */
export interface MissingFromHead {
  /** As people know the branch, such as `origin/main`. */
  readonly base: string;
  /** How it can be had: from this remote, else it is here already. */
  readonly remote: { readonly name: string; readonly branch: string } | undefined;
  readonly files: readonly string[];
}

export interface GitFacts {
  readonly stage: string;
  readonly unclean: readonly UncleanFile[];
  readonly operation: GitOperation | undefined;
  /** Undefined where no base was found, which is refused for itself. */
  readonly missing: MissingFromHead | undefined;
}

/** As many as a person reads; the rest is counted. */
const MAX_LISTED = 20;

const STATES: Readonly<Record<FileState, string>> = {
  unmerged: "not merged",
  "conflict-markers": "with the markers of a conflict",
  edited: "edited",
  staged: "staged, not committed",
  unknown: "unknown to git",
  ignored: "ignored by git",
  hidden: "hidden from git (update-index)",
};

/** Why nothing may be promoted from this working tree: every reason. */
export function refuseGitState({ stage, unclean, operation, missing }: GitFacts): readonly Refusal[] {
  return [
    ...(operation === undefined ? [] : [refuseOperation(operation)]),
    ...(unclean.length === 0 ? [] : [refuseUnclean(unclean)]),
    ...(missing === undefined || missing.files.length === 0 ? [] : [refuseBehind(stage, missing)]),
  ];
}

export function refuseOperation(operation: GitOperation): Refusal {
  return {
    code: "git-operation",
    place: { path: "git" },
    found: `a ${operation} that is not finished`,
    expected: "a working tree that nothing is being merged into",
    action: `finish it with git ${operation} --continue, or leave it with git ${operation} --abort`,
  };
}

function refuseUnclean(unclean: readonly UncleanFile[]): Refusal {
  const lines = unclean.map(({ path, state }) => `${path}: ${STATES[state]}`);
  return {
    code: "dirty-files",
    place: { path: "git" },
    found: listed(lines),
    expected: "these files as HEAD has them, so that what is stated and deployed is what others see",
    action: actionFor(unclean),
  };
}

function actionFor(unclean: readonly UncleanFile[]): string {
  const states = new Set(unclean.map(({ state }) => state));
  if (states.has("unmerged") || states.has("conflict-markers"))
    return "settle the conflict, then git add and git commit";
  if (states.has("hidden")) {
    const paths = unclean.filter(({ state }) => state === "hidden").map(({ path }) => path);
    return shellCommand([
      ...["git", "update-index", "--no-assume-unchanged", "--no-skip-worktree", "--"],
      ...paths.slice(0, MAX_LISTED),
    ]);
  }
  // Stashing leaves them where they are.
  if (states.has("ignored")) return "commit what belongs there (git add --force, git commit), or remove it";
  const stash = states.has("unknown") ? "git stash --include-untracked" : "git stash";
  return `commit what belongs there (git add, git commit), or put it aside: ${stash}`;
}

function refuseBehind(stage: string, { base, remote, files }: MissingFromHead): Refusal {
  const merge =
    remote === undefined
      ? shellCommand(["git", "merge", base])
      : shellCommand(["git", "pull", "--no-rebase", remote.name, remote.branch]);
  return {
    code: "behind-base",
    place: { path: base },
    found: `what HEAD does not have:\n${listed(files)}`,
    expected: `all that ${base} has about ${stage}: what is stated or deployed builds on the newest`,
    action: `${merge}, then run this again`,
  };
}

function listed(lines: readonly string[]): string {
  const more = lines.length - MAX_LISTED;
  return [...lines.slice(0, MAX_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
