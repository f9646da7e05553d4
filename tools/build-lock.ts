import { setTimeout as wait } from "node:timers/promises";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import lockfile from "proper-lockfile";

const STALE_AFTER_MS = 20_000;
const ASK_AGAIN_AFTER_MS = 500;

/**
 * Runs one build while no other process builds into the same folder. Waits for as long as the other one works;
 * the lock of a process that was killed is taken over after 20 seconds.
 * `work` gets a signal that also fires when the lock is lost (the machine slept, say).
 */
export async function withBuildLock<T>(
  builtFolder: string,
  signal: AbortSignal,
  onWait: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(builtFolder, { recursive: true });
  const lost = new AbortController();
  const release = await acquire(builtFolder, signal, onWait, (error) => {
    lost.abort(error);
  });
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    // Releasing a lost lock fails; there is nothing left to release then.
    await release().catch(() => undefined);
  }
}

async function acquire(
  builtFolder: string,
  signal: AbortSignal,
  onWait: () => void,
  onLost: (error: Error) => void,
): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await lockfile.lock(builtFolder, {
        lockfilePath: join(builtFolder, "build.lock"),
        stale: STALE_AFTER_MS,
        onCompromised: onLost,
      });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
      if (attempt === 0) onWait();
      await wait(ASK_AGAIN_AFTER_MS, undefined, { signal });
    }
  }
}
