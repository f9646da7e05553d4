import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * The engine writes everything it does into `$PULUMI_HOME/logs`, encrypted and compressed: 32 MB and more than half of
 * its processor time in each preview of 200 applications. It has no switch for it; where it cannot make the folder
 * because a file is in its place, it goes on without.
 */
export async function keepEngineLogs(pulumiHome: string, keep: boolean): Promise<void> {
  const logs = path.join(pulumiHome, "logs");
  await mkdir(pulumiHome, { recursive: true });
  await rm(logs, { recursive: true, force: true });
  if (!keep) await writeFile(logs, "A file where the engine would make a folder: it writes no logs of its own.\n");
}
