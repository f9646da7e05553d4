import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import type { Refusal } from "../src/model/refusal.ts";

/** Makes a folder for what is built here; the reason where that is not possible. */
export async function makeBuiltFolder(folder: string): Promise<readonly Refusal[]> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return [
      {
        code: "tools-folder-unusable",
        place: { file: folder, path: "LOCKSTEP_TOOLS" },
        found: error instanceof Error ? error.message : String(error),
        expected: "a folder that can be written, or a place for one; .tools in the repository where nothing is set",
        action: "make the folder writable, or name another: export LOCKSTEP_TOOLS=<folder>",
      },
    ];
  }
}
