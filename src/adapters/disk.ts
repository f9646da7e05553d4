import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * What writing for good needs of a file system. Each call is one step: a test puts another one in its place, to be
 * killed at every step.
 */
export interface Disk {
  /** With its parents; it may be there already. */
  makeFolder(path: string): Promise<void>;
  /** A file that is not there yet: all of its bytes, on the disk itself when this ends. @param like whose owner and mode it gets */
  write(path: string, content: string | Uint8Array, like?: string): Promise<void>;
  /** Within one file system; a file in the new place is replaced. */
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a folder outlast a power failure. */
  sync(folder: string): Promise<void>;
  /** With everything in it; it may be gone already. */
  remove(path: string): Promise<void>;
}

/** Not every file system lets a folder be synchronised. */
const NO_SYNC = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EPERM"]);

export const realDisk: Disk = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async write(path, content, like) {
    const file = await open(path, "wx");
    try {
      // Not one `write`: on a full disk that writes a part and reports no error.
      await file.writeFile(content);
      if (like !== undefined) await copyAccess(like, path);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  async sync(folder) {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } catch (error) {
      if (!NO_SYNC.has(codeOf(error) ?? "")) throw error;
    } finally {
      await handle.close();
    }
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true });
  },
};

/**
 * Puts a text in a file's place, all of it or nothing of it; owner and mode of one that is there stay.
 * @param path of the file itself, not of a link to it
 */
export async function replaceFile(path: string, content: string, disk: Disk = realDisk): Promise<void> {
  // The name that git ignores (.gitignore), should this be killed.
  const temporary = `${path}.${randomInt(1e9, 1e10)}`;
  try {
    await disk.write(temporary, content, existsSync(path) ? path : undefined);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
  await disk.sync(dirname(path));
}

/** The system's name for what went wrong, such as ENOSPC. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

async function copyAccess(from: string, to: string): Promise<void> {
  const [wanted, given] = await Promise.all([stat(from), stat(to)]);
  if (wanted.uid !== given.uid || wanted.gid !== given.gid) {
    // Only root may give a file away; for all others it becomes theirs, as with any editor.
    await chown(to, wanted.uid, wanted.gid).catch(() => undefined);
  }
  await chmod(to, wanted.mode & 0o7777);
}
