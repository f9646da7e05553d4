import { check, lock } from "proper-lockfile";
import { codeOf } from "../../adapters/disk.ts";
import { GitFolder } from "../../adapters/git.ts";
import { RefusalError } from "../../model/refusal.ts";

/** What a killed run left is taken over after that; a living one says so all the time. */
const STALE_MS = 30_000;

/**
 * Does something while no other run reconciles the stage from the same clone: a schedule may be faster than a roll-out.
 * Runs from elsewhere are kept apart by the engine's own lock.
 * @throws RefusalError `already-reconciling`
 */
export async function alone<T>(folder: string, stage: string, work: () => Promise<T>): Promise<T> {
  const path = await new GitFolder(folder).ownPath(`lockstep-reconcile-${stage}`);
  const options = { realpath: false, stale: STALE_MS, lockfilePath: path };
  // Its default ends the process in the middle of an update.
  const release = await lock(path, { ...options, onCompromised: () => undefined }).catch((error: unknown) => {
    if (codeOf(error) === "ELOCKED") throw new RefusalError([alreadyReconciling(stage, path)]);
    throw error;
  });
  try {
    return await work();
  } finally {
    // Taken over by another run, it is not ours to release.
    if (await check(path, options)) await release().catch(() => undefined);
  }
}

function alreadyReconciling(stage: string, path: string) {
  return {
    code: "already-reconciling",
    place: { file: path },
    found: `another run that reconciles ${stage} from this clone`,
    expected: "one at a time",
    action: `nothing to do: the next run of the schedule goes on; the lock of a run that was killed is taken over after ${STALE_MS / 1000} s`,
  };
}
