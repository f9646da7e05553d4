/** What stands between a file and the commit that is checked out. */
export type FileState =
  | "unmerged"
  | "conflict-markers"
  | "edited"
  | "staged"
  | "unknown"
  | "ignored"
  /** Git was told not to look at it (`git update-index --assume-unchanged`, `--skip-worktree`). */
  | "hidden";

export interface UncleanFile {
  /** Relative to the project, with slashes. */
  readonly path: string;
  readonly state: FileState;
}

/** What git was asked to do, and has not finished. */
export type GitOperation = "merge" | "rebase" | "cherry-pick" | "revert";
