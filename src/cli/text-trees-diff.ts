import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ProcessError, run } from "../adapters/processes.ts";

/** Files by their path, with slashes. */
export type TextTree = ReadonlyMap<string, string>;

/**
 * How one set of texts differs from another, unified, as git says it; empty where they are the same.
 * @throws ProcessError where there is no git
 */
export async function textTreesDiff(before: TextTree, after: TextTree, signal: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-diff-"));
  try {
    await Promise.all([writeTree(join(folder, "before"), before), writeTree(join(folder, "after"), after)]);
    const flags = ["--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-prefix"];
    // Nobody's settings, and no repository around the folder, change what is shown.
    const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: join(folder, "none") };
    const text = await differences(["diff", ...flags, "before", "after"], { cwd: folder, env, signal });
    return text.replaceAll(HEADER, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the files that were only made to be compared: lines of the texts themselves begin with another sign. */
const HEADER = /^(?:diff --git |index |new file mode |deleted file mode ).*\n/gm;

async function writeTree(folder: string, tree: TextTree): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, text] of tree) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function differences(args: readonly string[], options: Parameters<typeof run>[2]): Promise<string> {
  try {
    return (await run("git", args, { ...options, timeoutMs: 60_000 })).stdout;
  } catch (error) {
    // That is how it says that they differ.
    if (error instanceof ProcessError && error.exitCode === 1 && error.stdout !== "") return error.stdout;
    throw error;
  }
}
