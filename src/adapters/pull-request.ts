import type { RemoteRepository } from "../model/remote-repository.ts";
import { withoutCredentials } from "../model/remote-repository.ts";
import { ProcessError, run } from "./processes.ts";

const GH_MS = 60_000;

export interface PullRequestRequest {
  readonly repository: RemoteRepository;
  /** The branch that was pushed. */
  readonly head: string;
  /** @default the repository's default branch */
  readonly base: string | undefined;
  readonly title: string;
  readonly body: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

export type PullRequestAnswer =
  | { readonly kind: "opened"; readonly url: string }
  | { readonly kind: "failed"; readonly why: string }
  /** `gh` is not here. */
  | { readonly kind: "no-tool" };

/** Opens a pull request at GitHub with GitHub's own command line, as the user is known to it. */
export async function openPullRequest(request: PullRequestRequest): Promise<PullRequestAnswer> {
  const { repository, head, base, title, body, folder, signal } = request;
  const target = ["--repo", `${repository.host}/${repository.path}`, "--head", head];
  const args = ["pr", "create", ...target, ...(base === undefined ? [] : ["--base", base])];
  try {
    const { stdout } = await run("gh", [...args, "--title", title, "--body-file", "-"], {
      ...{ cwd: folder, input: body, signal, timeoutMs: GH_MS },
      env: { GH_PROMPT_DISABLED: "1", GH_NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
    });
    const url = /https:\/\/\S+/.exec(stdout)?.[0];
    return url === undefined ? { kind: "failed", why: "gh named no address" } : { kind: "opened", url };
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
    if (error.code === "not-found") return { kind: "no-tool" };
    const said = withoutCredentials(error.stderr.trim());
    return { kind: "failed", why: said === "" ? error.message : said };
  }
}

/** What asks GitLab, at a push, to open a merge request. */
export function mergeRequestOptions(title: string, base: string | undefined): readonly string[] {
  return [
    "merge_request.create",
    ...(base === undefined ? [] : [`merge_request.target=${base}`]),
    `merge_request.title=${title}`,
  ];
}

/** The merge request that GitLab says, at a push, it has opened. */
export function openedMergeRequest(said: string): string | undefined {
  return /https?:\/\/\S+\/-\/merge_requests\/\d+/.exec(said)?.[0];
}
