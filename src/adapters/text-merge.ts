import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessError, run } from "./processes.ts";

export interface TextMerge {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly signal?: AbortSignal;
}

export interface MergedText {
  readonly text: string;
  /** How many places of the text carry conflict markers. */
  readonly conflicts: number;
}

/** More than that is one of git's own errors. */
const MOST_CONFLICTS = 127;

/** Merges text as git does, by lines. @throws ProcessError */
export async function mergeText({ base, ours, theirs, signal }: TextMerge): Promise<MergedText> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-merge-"));
  try {
    const texts = { ours, base, theirs };
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
    const labels = Object.keys(texts).flatMap((name) => ["-L", name]);
    const options = { cwd: folder, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await run("git", ["merge-file", "-p", ...labels, ...Object.keys(texts)], options);
    return { text: stdout, conflicts: 0 };
  } catch (error) {
    const count = error instanceof ProcessError && error.code === "failed" ? (error.exitCode ?? 0) : 0;
    if (!(error instanceof ProcessError) || count < 1 || count > MOST_CONFLICTS) throw error;
    return { text: error.stdout, conflicts: count };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
