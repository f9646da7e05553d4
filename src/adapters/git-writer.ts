import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uncleanFiles } from "./git-status.ts";
import { GitFolder } from "./git.ts";
import { ProcessError, run, type RunOptions } from "./processes.ts";

/** Hooks run while it is committed. */
const COMMIT_MS = 600_000;
const STEP_MS = 60_000;

export interface CommitRequest {
  /** Relative to the folder; all of them are there. */
  readonly files: readonly string[];
  readonly message: string;
  /** A branch to make for it, which stays checked out. */
  readonly branch: string | undefined;
}

export interface MadeCommit {
  readonly kind: "made";
  readonly commit: string;
  /** How it is not what was asked for, because of a hook or a filter of the repository; empty otherwise. */
  readonly deviations: readonly string[];
}

export interface FailedCommit {
  readonly kind: "failed";
  /** What git and its hooks said. */
  readonly why: string;
  /** Commands that do the same; the message is kept in a file for them. */
  readonly commands: readonly (readonly string[])[];
}

/** Git, told to write into one folder's repository. Its hooks and configuration count, as for a commit by hand. */
export class GitWriter {
  readonly #git: GitFolder;
  readonly #signal: AbortSignal;

  constructor(folder: string, signal: AbortSignal) {
    this.#git = new GitFolder(folder, signal);
    this.#signal = signal;
  }

  /**
   * One commit of exactly these files; what else is staged stays staged. Where it fails, or is interrupted, branch and
   * index are as they were.
   */
  async commit(request: CommitRequest): Promise<MadeCommit | FailedCommit> {
    const { files, message, branch } = request;
    const [messageFile, unknown, start, sums] = await Promise.all([
      this.#git.ownPath("lockstep-message"),
      this.#git.unknownFiles(files),
      this.#start(),
      this.#sums(files),
    ]);
    await writeFile(messageFile, message);
    const commands = commandsFor(request, unknown, messageFile);
    const before = await this.#git.commitOf("HEAD");
    try {
      for (const command of commands) await this.#run(command, COMMIT_MS);
    } catch (error) {
      // A hook that runs afterwards can fail, and the commit be there.
      if ((await this.#settled(before)) === before) {
        await this.#undo(branch, start, unknown);
        if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
        return { kind: "failed", why: wordsOf(error), commands: commands.map((words) => ["git", ...words]) };
      }
    }
    await rm(messageFile, { force: true });
    const commit = await this.#settled(before);
    if (commit === undefined || commit === before) throw new Error("git commit: it made none, and did not say so");
    return { kind: "made", commit, deviations: await this.#deviations(commit, files, sums) };
  }

  /** Where to go back to. */
  async #start(): Promise<readonly string[]> {
    const branch = await this.#git.branch();
    return branch === undefined ? ["--detach", (await this.#git.commitOf("HEAD")) ?? "HEAD"] : [branch];
  }

  /** HEAD, asked even when the work was interrupted. */
  async #settled(otherwise: string | undefined): Promise<string | undefined> {
    return (await new GitFolder(this.#git.folder).commitOf("HEAD")) ?? otherwise;
  }

  async #undo(branch: string | undefined, start: readonly string[], unknown: readonly string[]): Promise<void> {
    const git = new GitFolder(this.#git.folder);
    if (unknown.length > 0) await this.#undoStep(["reset", "--quiet", "--", ...unknown.map(literally)]);
    if (branch === undefined || (await git.branch()) !== branch) return;
    // Both are the same commit: no file changes.
    await this.#undoStep(["switch", "--quiet", ...start]);
    await this.#undoStep(["branch", "--quiet", "--delete", "--force", "--end-of-options", branch]);
  }

  /** What cannot be undone shows in `git status`; why the commit failed matters more. */
  async #undoStep(args: readonly string[]): Promise<void> {
    await run("git", args, { cwd: this.#git.folder, timeoutMs: STEP_MS }).catch(() => undefined);
  }

  async #deviations(
    commit: string,
    files: readonly string[],
    sums: ReadonlyMap<string, string>,
  ): Promise<readonly string[]> {
    const [prefix, committed, unclean, after] = await Promise.all([
      this.#git.prefix(),
      this.#git.filesOf(commit),
      uncleanFiles(this.#git, files),
      this.#sums(files),
    ]);
    const wanted = new Set(files.map((file) => `${prefix}${file}`));
    const rewritten = new Set([
      ...files.filter((file) => sums.get(file) !== after.get(file)),
      ...unclean.map(({ path }) => path),
    ]);
    return [
      ...committed.filter((path) => !wanted.has(path)).map((path) => `${path} is in it as well`),
      ...[...wanted].filter((path) => !committed.includes(path)).map((path) => `${path} is not in it`),
      ...[...rewritten].map((path) => `${path} is not what was written`),
    ];
  }

  async #sums(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const sums = files.map(async (file) => {
      const bytes = await readFile(join(this.#git.folder, file)).catch(() => "");
      return [file, createHash("sha256").update(bytes).digest("hex")] as const;
    });
    return new Map(await Promise.all(sums));
  }

  #run(args: readonly string[], timeoutMs: number) {
    const options: RunOptions = { cwd: this.#git.folder, signal: this.#signal, timeoutMs };
    return run("git", args, options);
  }
}

/** What makes the commit; hooks see no setting of ours. */
function commandsFor(
  { files, branch }: CommitRequest,
  unknown: readonly string[],
  messageFile: string,
): readonly (readonly string[])[] {
  const message = ["--quiet", "--cleanup=whitespace", "--file", messageFile];
  return [
    ...(branch === undefined ? [] : [["switch", "--quiet", "--create", branch]]),
    // `commit --only` takes files that the index names. Ignored or not: what is stated belongs into the history.
    ...(unknown.length === 0 ? [] : [["add", "--intent-to-add", "--force", "--", ...unknown.map(literally)]]),
    ["-c", "i18n.commitEncoding=UTF-8", "commit", ...message, "--only", "--", ...files.map(literally)],
  ];
}

/** A path that no character of which means anything else to git. */
function literally(path: string): string {
  return /^[\w/.-]+$/.test(path) ? path : `:(literal)${path}`;
}

function wordsOf({ stderr, stdout, message }: ProcessError): string {
  const said = [stderr, stdout].map((text) => text.trim()).filter((text) => text !== "");
  return said.length === 0 ? message : said.join("\n");
}
