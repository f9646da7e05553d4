import type { GitFolder } from "./git.ts";
import { run } from "./processes.ts";

/** Hooks of the repository run while files change. */
const MERGE_MS = 300_000;

/** How many commits only HEAD has, and how many only the other one. */
export async function aheadAndBehind(
  git: GitFolder,
  commit: string,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  const answer = await git.answer(["rev-list", "--left-right", "--count", `HEAD...${commit}`]);
  const [ahead = 0, behind = 0] = answer.trim().split(/\s+/).map(Number);
  return { ahead, behind };
}

/** Moves the checked-out branch, and its files, forward to a commit. @throws ProcessError where git refuses */
export async function fastForward(git: GitFolder, commit: string, signal: AbortSignal): Promise<void> {
  const env = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
  const words = ["merge", "--ff-only", "--quiet", "--no-autostash", commit];
  await run("git", words, { cwd: git.folder, env, signal, timeoutMs: MERGE_MS });
}
