import { access, constants, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { RefusalError } from "../model/refusal.ts";
import { stackFileName } from "../model/stack-file.ts";
import { codeOf } from "./disk.ts";
import { displayPath } from "./yaml-files.ts";

/** A lock that nobody has touched for so long was left behind by a killed run, and is taken over. */
const STALE_MS = 10_000;
const LONGEST_PAUSE_MS = 250;
/** Tried for longer than that: whoever meets such a lock gets through. */
const RETRIES = Math.ceil((STALE_MS + 3_000) / LONGEST_PAUSE_MS);

/**
 * Does something while nobody else writes the stage's stack file, statements or approvals.
 * @throws RefusalError `file-locked`, `file-changed`, `file-not-writable`
 */
export async function underLock<T>(file: string, stage: string, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(file, stage);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function takeLock(file: string, stage: string): Promise<() => Promise<void>> {
  try {
    // Not tried again and again: it will not get better.
    await access(dirname(await realpath(file)), constants.W_OK);
    const retries = { retries: RETRIES, minTimeout: 50, maxTimeout: LONGEST_PAUSE_MS };
    return await lock(file, { stale: STALE_MS, retries });
  } catch (error) {
    const code = codeOf(error);
    if (code === "ELOCKED") {
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
    if (code === "ENOENT") throw stackFileRefusal("file-changed", stage, "no file any more");
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
      throw stackFileRefusal("file-not-writable", stage, "a folder in which nothing may be written");
    }
    throw error;
  }
}

export function stackFileRefusal(code: string, stage: string, found: string): RefusalError {
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
