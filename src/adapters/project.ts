import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds Pulumi.yaml, whatever the working directory. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** `trust/`, or the folder that LOCKSTEP_TRUST names. */
export function trustFolder(env: NodeJS.ProcessEnv = process.env): string {
  return folderFrom(env["LOCKSTEP_TRUST"], "trust");
}

/** Where content is kept by digest: LOCKSTEP_STORE, or a folder of the project that git ignores. */
export function storeFolder(env: NodeJS.ProcessEnv = process.env): string {
  return folderFrom(env["LOCKSTEP_STORE"], join(".lockstep", "store"));
}

function folderFrom(named: string | undefined, standard: string): string {
  return named === undefined || named === "" ? join(projectRoot, standard) : resolve(projectRoot, named);
}
