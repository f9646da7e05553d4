import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { ANCHOR_VARIABLE, renderAnchor } from "../src/model/trust/anchor.ts";
import type { SandboxLocation } from "./location.ts";
import { newestRoot } from "./newest-root.ts";

/**
 * Published on purpose: the sample secrets in the committed stack files are encrypted with it, so that a fresh clone
 * can deploy them. It protects nothing.
 */
export const DEMO_PASSPHRASE = "lockstep-sandbox";

/** Attached by every `pulumi` in a shell with a sandbox's environment. Absolute: the engine wants it so. */
export const POLICY_PACK = path.resolve(import.meta.dirname, "../policy/lockstep-policy");

/** What makes plain `pulumi` and `kubectl` work on a sandbox. Never holds a key. */
export function sandboxEnvironment(
  location: SandboxLocation,
  tools: { readonly searchFolder: string },
  userPath: string = process.env["PATH"] ?? "",
): Record<string, string> {
  return {
    PATH: [...pathFolders(tools), ...(userPath === "" ? [] : [userPath])].join(path.delimiter),
    ...fixedVariables(location),
  };
}

/** The same for a shell: to be sourced by sh, bash and zsh, any number of times. */
export function renderEnvironment(location: SandboxLocation, tools: { readonly searchFolder: string }): string {
  const exports = Object.entries(fixedVariables(location)).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [
    "# The environment of this sandbox, for sh, bash and zsh: source it.",
    `lockstep_path=${quote(pathFolders(tools).join(path.delimiter))}`,
    // Sourced again, it must not grow the PATH.
    'case ":$PATH:" in *":$lockstep_path:"*) ;; *) PATH="$lockstep_path${PATH:+:$PATH}" ;; esac',
    "export PATH",
    "unset lockstep_path",
    ...exports,
    "",
  ].join("\n");
}

export async function writeEnvironment(
  location: SandboxLocation,
  tools: { readonly searchFolder: string },
): Promise<void> {
  await writeFileAtomic(location.passphraseFile, DEMO_PASSPHRASE);
  await writeFileAtomic(location.environmentFile, renderEnvironment(location, tools));
}

function pathFolders(tools: { readonly searchFolder: string }): string[] {
  return [tools.searchFolder, path.resolve(import.meta.dirname, "../node_modules/.bin")];
}

function fixedVariables(location: SandboxLocation): Record<string, string> {
  const root = newestRoot(location.trust);
  return {
    KUBECONFIG: location.kubeconfig,
    LOCKSTEP_SANDBOX: location.folder,
    LOCKSTEP_TRUST: location.trust,
    // None before `up` has come to it: gated stages are refused then.
    ...(root === undefined ? {} : { [ANCHOR_VARIABLE]: renderAnchor(root) }),
    LOCKSTEP_STORE: location.store,
    PULUMI_BACKEND_URL: `file://${location.pulumiState}`,
    PULUMI_HOME: location.pulumiHome,
    PULUMI_OPTION_POLICY_PACK: POLICY_PACK,
    PULUMI_CONFIG_PASSPHRASE_FILE: location.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The provider's own client throttles itself to a small fraction of what the API server takes.
    PULUMI_K8S_CLIENT_QPS: "200",
    PULUMI_K8S_CLIENT_BURST: "400",
    NODE_COMPILE_CACHE: location.compileCache,
    // Fewer collections: about a third less CPU in the engine, for some memory.
    GOGC: "400",
  };
}

/** POSIX: between single quotes every character but the quote itself stands for itself. */
function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
