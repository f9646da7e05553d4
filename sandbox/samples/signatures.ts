import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { ProcessError, run, type RunOptions } from "../../src/adapters/processes.ts";
import { nameOf, type PinnedReference } from "../../src/model/reference.ts";
import { pathExists } from "../files.ts";
import type { CosignCall, SigningKey } from "./signing-keys.ts";

/** Signs and verifies without asking anything of the network but the registry. */
export interface Cosign {
  sign(reference: PinnedReference, key: SigningKey): Promise<void>;
  isSignedBy(reference: PinnedReference, key: SigningKey): Promise<boolean>;
}

/** With an empty signing configuration and an empty trusted root in the folder: no transparency log, no time stamps. */
export async function offlineCosign(folder: string, { cosign, signal }: CosignCall): Promise<Cosign> {
  const options = { env: environment(folder), ...(signal === undefined ? {} : { signal }) };
  const trustedRoot = join(folder, "trusted-root.json");
  const signingConfig = join(folder, "signing-config.json");
  await mkdir(folder, { recursive: true });
  await createOnce(trustedRoot, (draft) => run(cosign, ["trusted-root", "create", "--out", draft], options));
  await createOnce(signingConfig, (draft) => run(cosign, ["signing-config", "create", "--out", draft], options));
  return {
    async sign(reference, key) {
      const configuration = ["--signing-config", signingConfig, "--trusted-root", trustedRoot];
      await run(cosign, ["sign", "--yes", "--key", key.privateKeyFile, ...configuration, subjectOf(reference)], {
        ...options,
        env: { ...options.env, COSIGN_PASSWORD: key.password },
      });
    },
    isSignedBy: (reference, key) =>
      verifies(cosign, [...verification(key.publicKeyFile, trustedRoot), subjectOf(reference)], options),
  };
}

/** What to type after `cosign` to verify by hand; the reference follows. */
export function verification(publicKeyFile: string, trustedRoot: string): readonly string[] {
  return ["verify", "--key", publicKeyFile, "--insecure-ignore-tlog=true", "--trusted-root", trustedRoot];
}

async function verifies(cosign: string, args: readonly string[], options: RunOptions): Promise<boolean> {
  try {
    await run(cosign, args, options);
    return true;
  } catch (error) {
    // cosign ends alike where another key signed and where the registry fails; signing tells the difference.
    if (error instanceof ProcessError && error.code === "failed") return false;
    throw error;
  }
}

/**
 * The user's own settings must not matter: COSIGN_REPOSITORY would send the signatures elsewhere, and Docker's
 * configuration would start a credential helper for each call.
 */
function environment(folder: string): Readonly<Record<string, string>> {
  return { COSIGN_REPOSITORY: "", DOCKER_CONFIG: folder };
}

/** Without the tag: what is signed is the digest. */
function subjectOf(reference: PinnedReference): string {
  return `${nameOf(reference)}@${reference.digest}`;
}

/** Whole or not at all, also where the run is interrupted. */
async function createOnce(file: string, create: (draft: string) => Promise<unknown>): Promise<void> {
  if (await pathExists(file)) return;
  const draft = `${file}.draft`;
  await create(draft);
  await rename(draft, file);
}
