import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { RefusalError } from "../src/model/refusal.ts";
import { makeBuiltFolder } from "./built-folder.ts";

/**
 * A folder with exactly these programs, by name, as links: first on a PATH it gives them and nothing else, while the
 * folder of an installed program would bring its neighbours along. Named by content, so that processes with different
 * choices never disturb each other.
 */
export async function linkFolder(builtFolder: string, programs: ReadonlyMap<string, string>): Promise<string> {
  const entries = [...programs].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const digest = createHash("sha256").update(JSON.stringify(entries)).digest("hex");
  const parent = join(builtFolder, "path");
  const folder = join(parent, digest.slice(0, 12));
  if (await exists(folder)) return folder;
  const refusals = await makeBuiltFolder(parent);
  if (refusals.length > 0) throw new RefusalError(refusals);
  const unfinished = `${folder}.${randomUUID()}`;
  await mkdir(unfinished);
  for (const [name, target] of entries) await symlink(target, join(unfinished, name));
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
