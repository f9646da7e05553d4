import { withoutCredentials } from "../model/remote-repository.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import type { RemoteBranch } from "./base-commit.ts";
import type { GitFolder } from "./git.ts";
import { ProcessError, run } from "./processes.ts";

const QUESTION_MS = 30_000;
/** Hooks of both sides run while it is pushed. */
const PUSH_MS = 300_000;

/** Fetches what a remote has as one of its branches now, and nothing else. */
export async function fetchBranch(
  git: GitFolder,
  { remote, branch, ref }: RemoteBranch,
  signal: AbortSignal,
): Promise<Outcome<true>> {
  const flags = ["--quiet", "--no-tags", "--no-auto-gc", "--no-recurse-submodules"];
  const answer = await talk(git, ["fetch", ...flags, remote, `+refs/heads/${branch}:${ref}`], signal, QUESTION_MS);
  if (answer.kind === "done") return accepted(true);
  const action = `${shellCommand(["git", "fetch", remote, branch])} says more; --no-fetch goes by what was fetched last`;
  return refused([unreachable("cannot-fetch", remote, answer.why, `the newest of its branch ${branch}`, action)]);
}

/** Whether a remote has a branch now; refused where it does not answer. */
export async function hasBranch(
  git: GitFolder,
  remote: string,
  branch: string,
  signal: AbortSignal,
): Promise<Outcome<boolean>> {
  const answer = await talk(git, ["ls-remote", "--heads", remote, `refs/heads/${branch}`], signal, QUESTION_MS);
  if (answer.kind === "done") return accepted(answer.stdout.trim() !== "");
  const action = `${shellCommand(["git", "ls-remote", remote])} says more; --no-push leaves it with the commit`;
  return refused([unreachable("cannot-reach-remote", remote, answer.why, "a remote to push to", action)]);
}

export interface Push {
  readonly remote: string;
  readonly branch: string;
  /** Whether the branch goes on with that of the remote. */
  readonly track: boolean;
  /** What the remote is asked to do with it, such as GitLab's `merge_request.create`. */
  readonly options: readonly string[];
}

export type RemoteAnswer =
  | { readonly kind: "done"; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "failed"; /** For people. */ readonly why: string };

/** Pushes one branch under its own name. */
export async function pushBranch(git: GitFolder, push: Push, signal: AbortSignal): Promise<RemoteAnswer> {
  const options = push.options.flatMap((option) => ["--push-option", option]);
  const ref = `refs/heads/${push.branch}`;
  const track = push.track ? ["--set-upstream"] : [];
  return talk(git, ["push", "--no-progress", ...track, ...options, push.remote, `${ref}:${ref}`], signal, PUSH_MS);
}

/** Nobody can be asked for a password here: a remote that wants one refuses. */
async function talk(
  git: GitFolder,
  args: readonly string[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<RemoteAnswer> {
  try {
    const env = { GIT_TERMINAL_PROMPT: "0", ...(await sshEnvironment(git)) };
    const { stdout, stderr } = await run("git", args, { cwd: git.folder, env, signal, timeoutMs });
    return { kind: "done", stdout, stderr };
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "cancelled" || error.code === "not-found") throw error;
    const said = withoutCredentials(error.stderr.trim());
    const why =
      error.code === "timed-out" ? `no answer within ${timeoutMs / 1000} s` : `exit code ${error.exitCode ?? "?"}`;
    return { kind: "failed", why: said === "" ? why : error.code === "timed-out" ? `${why}\n${said}` : said };
  }
}

/** How ssh is called is the user's choice; where there is none, it does not ask. */
async function sshEnvironment(
  git: GitFolder,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Readonly<Record<string, string>>> {
  if (env["GIT_SSH_COMMAND"] !== undefined || env["GIT_SSH"] !== undefined) return {};
  if ((await git.configured("core.sshCommand")) !== undefined) return {};
  return { GIT_SSH_COMMAND: "ssh -o BatchMode=yes" };
}

function unreachable(code: string, remote: string, why: string, expected: string, action: string): Refusal {
  return { code, place: { path: `git remote ${remote}` }, found: why, expected, action };
}
