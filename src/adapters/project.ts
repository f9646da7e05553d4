import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the running code: bin/, package.json, the sandbox, the store. */
export const codeRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/**
 * The project that is judged and deployed, whatever the working directory: Pulumi.yaml, stack files, src/applications,
 * trust/, statements/, policy/. The code's own, or the folder that LOCKSTEP_PROJECT names: so the base branch's code
 * judges a pull request's files.
 */
export const projectRoot = projectFolder();

export function projectFolder(env: NodeJS.ProcessEnv = process.env): string {
  return folderFrom(env["LOCKSTEP_PROJECT"], process.cwd(), codeRoot);
}

/** `trust/`, or the folder that LOCKSTEP_TRUST names. */
export function trustFolder(env: NodeJS.ProcessEnv = process.env): string {
  const project = projectFolder(env);
  return folderFrom(env["LOCKSTEP_TRUST"], project, join(project, "trust"));
}

/** Where content is kept by digest: LOCKSTEP_STORE, or a folder beside the code that git ignores. */
export function storeFolder(env: NodeJS.ProcessEnv = process.env): string {
  return folderFrom(env["LOCKSTEP_STORE"], codeRoot, join(codeRoot, ".lockstep", "store"));
}

function folderFrom(named: string | undefined, base: string, standard: string): string {
  return named === undefined || named === "" ? standard : resolve(base, named);
}
