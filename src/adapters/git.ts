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

export interface QuestionOptions {
  readonly input?: string;
  /** Whether what was left out at cloning is not there, rather than fetched for the answer. @default false */
  readonly local?: boolean;
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
    const [diff, added] = await Promise.all([this.answer(["diff", ...flags, ...whole]), this.unknownFiles(folders)]);
    return mergeChanges(parseNameStatus(diff), added);
  }

  /** Where the folder is in its repository: empty at its root, else with a slash at its end. */
  async prefix(): Promise<string> {
    return (await this.answer(["rev-parse", "--show-prefix"])).replace(/\n$/, "");
  }

  /** The branch that is checked out, or undefined where none is. */
  async branch(): Promise<string | undefined> {
    return (await this.#ask(["symbolic-ref", "--quiet", "HEAD"]))?.replace(/^refs\/heads\//, "");
  }

  /** All local branches. */
  async branches(): Promise<readonly string[]> {
    const refs = await this.answer(["for-each-ref", "--format=%(refname)", "refs/heads"]);
    return refs.split("\n").flatMap((ref) => (ref === "" ? [] : [ref.replace(/^refs\/heads\//, "")]));
  }

  async remotes(): Promise<readonly string[]> {
    return (await this.answer(["remote"])).split("\n").filter((name) => name !== "");
  }

  /** Where a remote is pushed to. A credential may be in it: not for people. */
  async pushUrl(remote: string): Promise<string | undefined> {
    return this.#ask(["remote", "get-url", "--push", remote]);
  }

  /** A value of the configuration, or undefined where it is not set. */
  async configured(key: string): Promise<string | undefined> {
    const value = await this.#ask(["config", "--get", key]);
    return value === "" ? undefined : value;
  }

  /** The path of something that git keeps of its own, of this worktree. */
  async ownPath(name: string): Promise<string> {
    const path = (await this.answer(["rev-parse", "--git-path", name])).replace(/\n$/, "");
    return resolve(this.folder, path);
  }

  /** Whether a branch may be called so. */
  async isBranchName(name: string): Promise<boolean> {
    // The answer is another name where this one stands for a branch, as `@{-1}` does.
    return name !== "HEAD" && (await this.#ask(["check-ref-format", "--branch", name])) === name;
  }

  /** Whether commits have somebody's name and address, without one being guessed. */
  async hasIdentity(): Promise<boolean> {
    const asked = ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"].map((name) =>
      this.#ask(["-c", "user.useConfigOnly=true", "var", name]),
    );
    return (await Promise.all(asked)).every((identity) => identity !== undefined);
  }

  /** The files that differ between two commits, relative to the folder; below some paths of it. */
  async filesBetween(from: string, to: string, paths: readonly string[]): Promise<readonly string[]> {
    const flags = ["--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative"];
    return splitNul(await this.answer(["diff", ...flags, from, to, "--", ...paths]));
  }

  /** The files of one commit, relative to the repository. */
  async filesOf(commit: string): Promise<readonly string[]> {
    const flags = ["--no-commit-id", "--name-only", "-r", "-z", "--no-renames", "--root"];
    return splitNul(await this.answer(["diff-tree", ...flags, commit]));
  }

  /** Those of some paths that git does not know, what it is told to ignore included. */
  async unknownFiles(paths: readonly string[]): Promise<readonly string[]> {
    return splitNul(await this.answer(["ls-files", "--others", "-z", "--", ...paths]));
  }

  /** Undefined where git says no. */
  async #ask(args: readonly string[]): Promise<string | undefined> {
    try {
      return (await this.answer(args)).trim();
    } catch (error) {
      if (error instanceof ProcessError && error.code === "failed") return undefined;
      throw error;
    }
  }

  /** What git says to a question, as it says it: never to a command that writes. @throws ProcessError */
  async answer(args: readonly string[], options: QuestionOptions = {}): Promise<string> {
    return (await this.#git(args, options)).stdout;
  }

  /** The same, where it is no failure that nothing was found: exit code 1, as of `git grep`. @throws ProcessError */
  async find(args: readonly string[]): Promise<string> {
    try {
      return await this.answer(args);
    } catch (error) {
      if (error instanceof ProcessError && error.code === "failed" && error.exitCode === 1) return "";
      throw error;
    }
  }

  #git(args: readonly string[], { input, local = false }: QuestionOptions) {
    return run("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: this.folder,
      env: {
        GIT_OPTIONAL_LOCKS: "0",
        GIT_TERMINAL_PROMPT: "0",
        GIT_LITERAL_PATHSPECS: "1",
        GIT_NO_REPLACE_OBJECTS: "1",
        LC_ALL: "C",
        ...(local ? { GIT_NO_LAZY_FETCH: "1" } : {}),
      },
      timeoutMs: TIMEOUT_MS,
      ...(input === undefined ? {} : { input }),
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

function splitNul(text: string): readonly string[] {
  return text.split("\0").filter((path) => path !== "");
}
