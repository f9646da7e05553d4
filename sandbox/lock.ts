import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { hasCode } from "./files.ts";
import { LOCK_FOLDER } from "./location.ts";

/** After this long without a sign of life the lock of a killed command is taken over. */
const STALE_MS = 10_000;
const POLL_MS = 100;

/**
 * One command at a time on one sandbox's folder, which is made where it is missing. Waits for the other one to end.
 * @param onWait called once where there is something to wait for
 */
export async function withSandboxLock<T>(
  folder: string,
  work: () => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (() => void) | undefined } = {},
): Promise<T> {
  const release = await acquire(folder, options);
  try {
    return await work();
  } finally {
    // After `reset` there is nothing left to release.
    await release().catch(() => undefined);
  }
}

async function acquire(
  folder: string,
  { signal, onWait }: { readonly signal?: AbortSignal | undefined; readonly onWait?: (() => void) | undefined },
): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    await mkdir(folder, { recursive: true });
    try {
      return await lockfile.lock(folder, {
        lockfilePath: path.join(folder, LOCK_FOLDER),
        realpath: false,
        stale: STALE_MS,
        // The default throws out of a timer. Losing the lock means that the folder went away or the machine slept:
        // the work itself then fails, or is repaired by the next `up`.
        onCompromised: () => undefined,
      });
    } catch (error) {
      // ENOENT: a `reset` took the folder away between the two calls.
      if (!hasCode(error, "ELOCKED") && !hasCode(error, "ENOENT")) throw error;
      if (attempt === 0) onWait?.();
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }
}
