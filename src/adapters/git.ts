import { resolve } from "node:path";
import { ProcessError, run } from "./processes.ts";

const TIMEOUT_MS = 60_000;

/** How a file differs from its earlier self, as `git diff --name-status` has it, without renames. */
export type FileStatus = "added" | "edited" | "removed";

export interface FileChange {
  /** Relative to the folder that was asked about, with slashes. */
  readonly path: string;
  readonly status: FileStatus;
}

/** Git, asked about one folder: questions only, nothing of it writes. */
export class GitFolder {
  readonly folder: string;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, signal?: AbortSignal) {
    this.folder = resolve(folder);
    this.#signal = signal;
  }

  async isRepository(): Promise<boolean> {
    return (await this.#ask(["rev-parse", "--is-inside-work-tree"])) === "true";
  }

  /** Whether a part of the history was not fetched. */
  async isShallow(): Promise<boolean> {
    return (await this.#ask(["rev-parse", "--is-shallow-repository"])) === "true";
  }

  /** The commit that a name stands for, or undefined where there is none. */
  async commitOf(name: string): Promise<string | undefined> {
    return this.#ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  }

  /** The newest commit that a commit and the one that is checked out have in common. */
  async mergeBase(commit: string): Promise<string | undefined> {
    return this.#ask(["merge-base", commit, "HEAD"]);
  }

  /** What origin's HEAD leads to, such as `origin/main`. */
  async defaultBranch(): Promise<string | undefined> {
    return this.#ask(["rev-parse", "--abbrev-ref", "--verify", "--quiet", "origin/HEAD"]);
  }

  /**
   * What is different in the working tree from a commit, what git does not know yet included; below some folders.
   * Nothing that a repository's own configuration or attributes say changes the answer.
   */
  async changesSince(commit: string, folders: readonly string[]): Promise<readonly FileChange[]> {
    const flags = ["--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative"];
    const whole = ["--ignore-submodules=none", commit, "--", ...folders];
    const others = ["ls-files", "--others", "-z", "--", ...folders];
    const [{ stdout: diff }, { stdout: untracked }] = await Promise.all([
      this.#git(["diff", ...flags, ...whole]),
      this.#git(others),
    ]);
    const added = untracked.split("\0").filter((path) => path !== "");
    return mergeChanges(parseNameStatus(diff), added);
  }

  async #ask(args: readonly string[]): Promise<string | undefined> {
    try {
      return (await this.#git(args)).stdout.trim();
    } catch (error) {
      if (error instanceof ProcessError && error.code === "failed") return undefined;
      throw error;
    }
  }

  #git(args: readonly string[]) {
    return run("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: this.folder,
      env: {
        GIT_OPTIONAL_LOCKS: "0",
        GIT_TERMINAL_PROMPT: "0",
        GIT_LITERAL_PATHSPECS: "1",
        GIT_NO_REPLACE_OBJECTS: "1",
        LC_ALL: "C",
      },
      timeoutMs: TIMEOUT_MS,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
  }
}

/**
 * Reads `git diff --name-status -z --no-renames`: status and path, each ended by a NUL. What is neither added nor
 * removed was edited, whatever git calls it: another type, another mode, unmerged.
 * @throws where git answers something else
 */
export function parseNameStatus(text: string): readonly FileChange[] {
  const fields = text.split("\0");
  if (fields.pop() !== "" || fields.length % 2 !== 0) throw new Error("git diff --name-status: not what was expected");
  const changes: FileChange[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const [letter = "", path = ""] = fields.slice(index, index + 2);
    if (!/^[A-Z]\d*$/.test(letter) || path === "") throw new Error(`git diff --name-status: ${letter} ${path}`);
    changes.push({ path, status: letter === "A" ? "added" : letter === "D" ? "removed" : "edited" });
  }
  return changes;
}

/** A file that left the index and lies there still, unknown to git, was there before: it was edited, if anything. */
function mergeChanges(known: readonly FileChange[], untracked: readonly string[]): readonly FileChange[] {
  const seen = new Set(known.map(({ path }) => path));
  const added = untracked.filter((path) => !seen.has(path));
  return [...known, ...added.map((path) => ({ path, status: "added" as const }))];
}
