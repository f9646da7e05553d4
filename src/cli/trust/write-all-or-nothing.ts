import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes files that are not there yet; where one cannot be written, none of them stays. */
export async function writeAllOrNothing(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const written: string[] = [];
  const made: string[] = [];
  try {
    for (const [name, text] of files) {
      const file = join(folder, name);
      const first = await mkdir(dirname(file), { recursive: true });
      if (first !== undefined) made.push(first);
      // Somebody else's, made meanwhile, is neither overwritten nor removed.
      await writeFile(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) await rm(file, { force: true });
    for (const path of made.toReversed()) await rm(path, { recursive: true, force: true });
    throw error;
  }
}
