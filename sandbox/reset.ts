import { lstat, readdir, realpath, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { RefusalError, type Refusal } from "../src/model/refusal.ts";
import { shellCommand } from "../src/model/shell-word.ts";
import { stopComponents, type DownOptions } from "./down.ts";
import { hasCode, isMissing } from "./files.ts";
import { isOwnName, LOCK_FOLDER, MARKER_FILE, type SandboxLocation } from "./location.ts";
import { withSandboxLock } from "./lock.ts";

export interface ResetResult {
  /** For each component of which nobody can say whether it ran. */
  readonly unknown: readonly Refusal[];
  /** Names in the folder that are not a sandbox's: they stay, and the folder with them. */
  readonly kept: readonly string[];
}

/**
 * Ends the sandbox's processes and removes what it wrote, then its folder where nothing else is in it.
 * @throws RefusalError `sandbox-folder-link`
 */
export async function resetSandbox(location: SandboxLocation, options: DownOptions = {}): Promise<ResetResult> {
  await refuseLink(location.folder);
  const result = await withSandboxLock(
    location.folder,
    async () => {
      const unknown = await stopComponents(location);
      return { unknown, kept: await removeContents(location.folder) };
    },
    options,
  );
  try {
    if (result.kept.length === 0) await rmdir(location.folder);
  } catch (error) {
    // An `up` that waited for the lock has begun to fill it again.
    if (!isMissing(error) && !hasCode(error, "ENOTEMPTY")) throw error;
  }
  return result;
}

/** The marker goes last: what an interrupted reset leaves is still a sandbox's folder. */
async function removeContents(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name !== LOCK_FOLDER && name !== MARKER_FILE);
  for (const name of names.filter(isOwnName))
    await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  await rm(path.join(folder, MARKER_FILE), { force: true });
  return names.filter((name) => !isOwnName(name)).toSorted();
}

/** Behind a link, the folder would be emptied and stay: better nothing than half. */
async function refuseLink(folder: string): Promise<void> {
  // Not readlink: the link may lead to another one.
  const target = await realpath(folder).catch(() => folder);
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return;
  throw new RefusalError(
    [
      {
        code: "sandbox-folder-link",
        place: { file: folder },
        found: `a link to ${target}`,
        expected: "the sandbox's folder itself",
        action: shellCommand(["npm", "run", "sandbox", "--", "reset", "--dir", target]),
      },
    ],
    2,
  );
}
