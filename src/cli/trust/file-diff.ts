import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ProcessError, run } from "../../adapters/processes.ts";
import { digestOf, hexOf } from "../../model/digest.ts";

/** Where the last root's version of a file was found, and how it differs from what is there now. */
export interface FileDiff {
  /** Undefined: git does not have it; `text` is the whole file then. */
  readonly commit: string | undefined;
  /** Unified. */
  readonly text: string;
}

/** How far back the version that a root lists is looked for. */
const MAX_COMMITS = 200;

/**
 * How a file differs from the version that the last root lists. That version is looked for in git's history by its
 * hash: where the change is committed already, as it is for a second signer, HEAD is no answer.
 * @param before SHA-256, hexadecimal; undefined where the last root does not list the file
 */
export async function fileDiff(path: string, before: string | undefined, signal: AbortSignal): Promise<FileDiff> {
  const commit = before === undefined ? undefined : await commitWith(path, before, signal);
  if (commit === undefined) return { commit, text: await wholeFile(path) };
  const flags = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
  const text = await git(path, ["diff", ...flags, commit, "--", basename(path)], signal);
  return { commit, text: text ?? (await wholeFile(path)) };
}

async function commitWith(path: string, hash: string, signal: AbortSignal): Promise<string | undefined> {
  const log = await git(path, ["log", `--max-count=${MAX_COMMITS}`, "--format=%H", "--", basename(path)], signal);
  for (const commit of log?.split("\n") ?? []) {
    if (commit === "") continue;
    const content = await git(path, ["show", `${commit}:./${basename(path)}`], signal);
    // Bytes that are not UTF-8 are never found here: the whole file is shown then.
    if (content !== undefined && hexOf(digestOf(content)) === hash) return commit;
  }
  return undefined;
}

async function wholeFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return "(the file is gone)\n";
  return `${text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `+${line}`)
    .join("\n")}\n`;
}

/** Undefined where git says no: no repository, no such file. */
async function git(path: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await run("git", ["-C", dirname(path), ...args], { signal, timeoutMs: 30_000 })).stdout;
  } catch (error) {
    if (error instanceof ProcessError && (error.code === "failed" || error.code === "not-found")) return undefined;
    throw error;
  }
}
