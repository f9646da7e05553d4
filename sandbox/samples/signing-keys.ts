import { createPublicKey, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { fingerprintOf } from "../../src/model/public-key.ts";
import { isMissing } from "../files.ts";

/** A key pair of cosign's on disk. It exists for one sandbox and counts nowhere else. */
export interface SigningKey {
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  readonly password: string;
  /** PEM. */
  readonly publicKey: string;
  /** SHA-256 of the public key's DER, hexadecimal. */
  readonly fingerprint: string;
}

export interface CosignCall {
  /** Path of the program. */
  readonly cosign: string;
  readonly signal?: AbortSignal;
}

const PREFIX = "cosign";
const PASSWORD_FILE = "password";

/** Reads the key pair in a folder; makes one where it is missing or incomplete. */
export async function signingKeyIn(folder: string, call: CosignCall): Promise<SigningKey> {
  const existing = await readSigningKey(folder);
  if (existing !== undefined) return existing;
  await makeSigningKey(folder, call);
  const made = await readSigningKey(folder);
  if (made === undefined) throw new Error(`cosign left no key pair in ${folder}`);
  return made;
}

async function readSigningKey(folder: string): Promise<SigningKey | undefined> {
  const files = { privateKeyFile: join(folder, `${PREFIX}.key`), publicKeyFile: join(folder, `${PREFIX}.pub`) };
  try {
    const [publicKey, password] = await Promise.all([
      readFile(files.publicKeyFile, "utf8"),
      readFile(join(folder, PASSWORD_FILE), "utf8"),
      readFile(files.privateKeyFile),
    ]);
    return { ...files, publicKey, password, fingerprint: fingerprintOf(createPublicKey(publicKey)) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** In a folder beside it, renamed when complete: an interrupted run leaves no half of a pair. */
async function makeSigningKey(folder: string, { cosign, signal }: CosignCall): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(`${folder}.`);
  try {
    const password = randomBytes(24).toString("base64url");
    await writeFile(join(draft, PASSWORD_FILE), password, { mode: 0o600 });
    await run(cosign, ["generate-key-pair", "--output-key-prefix", PREFIX], {
      cwd: draft,
      env: { COSIGN_PASSWORD: password },
      ...(signal === undefined ? {} : { signal }),
    });
    await chmod(join(draft, `${PREFIX}.key`), 0o600);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
