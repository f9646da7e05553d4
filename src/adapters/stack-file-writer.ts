import { access, constants, readFile } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { RefusalError } from "../model/refusal.ts";
import { stackFileName } from "../model/stack-file.ts";
import { editYaml, YamlEditError, type YamlChange } from "../model/yaml-edit.ts";
import type { YamlSource } from "../model/yaml-source.ts";
import { projectRoot } from "./project.ts";
import { displayPath } from "./yaml-files.ts";

/** A lock that nobody has touched for so long was left behind by a killed run, and is taken over. */
const STALE_MS = 10_000;
const LONGEST_PAUSE_MS = 250;
/** Tried for longer than that: whoever meets such a lock gets through. */
const RETRIES = Math.ceil((STALE_MS + 3_000) / LONGEST_PAUSE_MS);

/**
 * Writes changes into a stage's stack file: all of them or none, and only onto the text that they were planned on.
 * @throws RefusalError `file-changed`, `file-locked`, `file-not-writable`, `edit-in-place`
 */
export async function writeStackFile(
  stage: string,
  planned: YamlSource,
  changes: readonly YamlChange[],
  root = projectRoot,
): Promise<void> {
  const file = join(root, stackFileName(stage));
  const release = await takeLock(file, stage);
  try {
    if ((await readFile(file, "utf8")) !== planned.text)
      throw refusal("file-changed", stage, "a file that was changed meanwhile");
    const text = edit(planned, changes, stage);
    await access(file, constants.W_OK).catch(() => {
      throw refusal("file-not-writable", stage, "a file that may not be written");
    });
    // Temporary file, fsync, rename: a reader sees the file before or after, never between.
    await writeFileAtomic(file, text, { fsync: true });
  } finally {
    await release();
  }
}

async function takeLock(file: string, stage: string): Promise<() => Promise<void>> {
  try {
    const retries = { retries: RETRIES, minTimeout: 50, maxTimeout: LONGEST_PAUSE_MS };
    return await lock(file, { stale: STALE_MS, retries });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ELOCKED") {
      throw new RefusalError([
        {
          code: "file-locked",
          place: { file: displayPath(file) },
          found: `${displayPath(file)}.lock: another run writes this file`,
          expected: "a file that nobody else writes",
          action: "wait for the other run, then type it again",
        },
      ]);
    }
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw refusal("file-changed", stage, "no file any more");
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
      throw refusal("file-not-writable", stage, "a folder in which nothing may be written");
    }
    throw error;
  }
}

function edit(source: YamlSource, changes: readonly YamlChange[], stage: string): string {
  try {
    return editYaml(source, changes);
  } catch (error) {
    if (error instanceof YamlEditError) throw refusal("edit-in-place", stage, error.message);
    throw error;
  }
}

function refusal(code: string, stage: string, found: string): RefusalError {
  return new RefusalError([
    {
      code,
      place: { file: stackFileName(stage) },
      found,
      expected: "the file as it was when the change was planned, writable",
      action: "look at the file, then type it again; nothing was written",
    },
  ]);
}
