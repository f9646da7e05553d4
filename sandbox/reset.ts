import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { stopComponents, type DownOptions } from "./down.ts";
import { hasCode, isMissing } from "./files.ts";
import { LOCK_FOLDER, MARKER_FILE, type SandboxLocation } from "./location.ts";
import { withSandboxLock } from "./lock.ts";

/** Ends the sandbox's processes and removes its folder: nothing is left. */
export async function resetSandbox(location: SandboxLocation, options: DownOptions = {}): Promise<void> {
  await withSandboxLock(
    location.folder,
    async () => {
      await stopComponents(location);
      await removeContents(location.folder);
    },
    options,
  );
  try {
    await rmdir(location.folder);
  } catch (error) {
    // An `up` that waited for the lock has begun to fill it again.
    if (!isMissing(error) && !hasCode(error, "ENOTEMPTY")) throw error;
  }
}

/** The marker goes last: what an interrupted reset leaves is still a sandbox's folder. */
async function removeContents(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== LOCK_FOLDER && name !== MARKER_FILE);
  for (const name of names) await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  await rm(path.join(folder, MARKER_FILE), { force: true });
}
