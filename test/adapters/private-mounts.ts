import { tmpdir } from "node:os";
import { run } from "../../src/adapters/processes.ts";

/** What runs a shell script with mounts of its own, gone when it ends; undefined where that may not be done here. */
export async function privateMounts(): Promise<readonly [string, ...string[]] | undefined> {
  for (const flags of [["-m"], ["-r", "-m"]]) {
    const mounts = await run("unshare", [...flags, "mount", "-t", "tmpfs", "none", tmpdir()]).catch(() => undefined);
    if (mounts !== undefined) return ["unshare", ...flags];
  }
  return undefined;
}
