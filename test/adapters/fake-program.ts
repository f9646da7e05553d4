import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inTemporaryFolder } from "./temporary-folder.ts";

/**
 * With nothing on the PATH but a fake program that runs a shell script, or with nothing at all.
 * @param name such as `kubectl`
 */
export async function withFake<T>(name: string, script: string | undefined, work: () => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const path = process.env["PATH"];
    if (script !== undefined) {
      await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, name), 0o755);
    }
    process.env["PATH"] = folder;
    try {
      return await work();
    } finally {
      process.env["PATH"] = path;
    }
  });
}
