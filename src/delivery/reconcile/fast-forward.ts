import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { shellCommand, shellWord } from "../../model/shell-word.ts";
import type { UncleanFile } from "../../model/working-tree.ts";

export interface BranchFacts {
  /** The branch that is checked out; undefined where none is. */
  readonly branch: string | undefined;
  /** The remote's, which it follows; undefined where it follows none. */
  readonly upstream: { readonly remote: string; readonly branch: string } | undefined;
  /** Commits that only the checked-out branch has. */
  readonly ahead: number;
  /** Commits that only the remote's has. */
  readonly behind: number;
  /** Of what says what the stage is to be. */
  readonly unclean: readonly UncleanFile[];
}

/** Whether the checked-out branch may be moved to what its remote has: forward alone, over nobody's changes. */
export function planFastForward(facts: BranchFacts): Outcome<"current" | "forward"> {
  const { branch, upstream, ahead, behind, unclean } = facts;
  const refusals = [
    ...(branch === undefined ? [refuseDetached()] : []),
    ...(branch !== undefined && upstream === undefined ? [refuseAlone(branch)] : []),
    ...(upstream !== undefined && ahead > 0 ? [refuseAhead(facts, upstream)] : []),
    ...(unclean.length > 0 ? [refuseUnclean(unclean)] : []),
  ];
  return refusals.length > 0 ? refused(refusals) : accepted(behind > 0 ? "forward" : "current");
}

function refuseDetached(): Refusal {
  return {
    code: "no-branch",
    place: { path: "git" },
    found: "no branch that is checked out",
    expected: "a branch that follows one of a remote: it says what the stage is to be",
    action: "git switch <branch>; in a CI that checks out a commit: git checkout -B main origin/main",
  };
}

function refuseAlone(branch: string): Refusal {
  return {
    code: "no-remote-branch",
    place: { path: branch },
    found: `the branch ${branch}, which follows no branch of a remote`,
    expected: "a branch of a remote that is fetched",
    action: `git branch ${shellWord(`--set-upstream-to=origin/${branch}`)}, or --no-fetch for what is checked out`,
  };
}

function refuseAhead(
  { branch = "", ahead, behind }: BranchFacts,
  { remote, branch: target }: { readonly remote: string; readonly branch: string },
): Refusal {
  const count = `${ahead} ${ahead === 1 ? "commit" : "commits"} that ${remote} does not have`;
  const push = shellCommand(["git", "push", remote, `${branch}:${target}`]);
  return {
    code: behind > 0 ? "diverged" : "not-pushed",
    place: { path: branch },
    found: behind > 0 ? `${count}, and ${behind} that are not here` : count,
    expected: `a branch that only has to go forward to ${remote}/${target}: what is deployed is what others see`,
    action: behind > 0 ? `${shellCommand(["git", "rebase", `${remote}/${target}`])}, then ${push}` : push,
  };
}

const MAX_LISTED = 20;

function refuseUnclean(unclean: readonly UncleanFile[]): Refusal {
  const more = unclean.length - MAX_LISTED;
  const listed = unclean.slice(0, MAX_LISTED).map(({ path, state }) => `${path}: ${state}`);
  return {
    code: "dirty-files",
    place: { path: "git" },
    found: [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
    expected: "files as HEAD has them: what git says is what is deployed",
    action: "commit and push what belongs there, such as what an automatic rollback wrote, or put it aside: git stash",
  };
}
