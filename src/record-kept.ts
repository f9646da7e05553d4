import type { BaseCommit } from "./adapters/base-commit.ts";
import { GitFolder } from "./adapters/git.ts";
import { refuseRewrittenHistory } from "./delivery/statement-history.ts";
import { findBase } from "./git-state.ts";
import type { Refusal } from "./model/refusal.ts";

export interface RecordQuestion {
  readonly stage: string;
  /** As the user typed it. */
  readonly base: string | undefined;
  readonly signal: AbortSignal;
}

/** What was taken out of a stage's record, or written over there, against the base branch as it was fetched last. */
export async function refuseTakenFromRecord(
  folder: string,
  { stage, base: named, signal }: RecordQuestion,
): Promise<readonly Refusal[]> {
  const git = new GitFolder(folder, signal);
  const base = await findBase(git, named);
  return base.kind === "refused" ? base.refusals : refuseRewrittenSince(git, stage, base.value);
}

/** The same, where the base is known. */
export async function refuseRewrittenSince(
  git: GitFolder,
  stage: string,
  { commit, name }: Pick<BaseCommit, "commit" | "name">,
): Promise<readonly Refusal[]> {
  return refuseRewrittenHistory(await git.changesSince(commit, [`statements/${stage}`, "trust/root"]), name);
}
