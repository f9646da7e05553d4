import { parseSshKeyBlob, type SshPublicKey } from "./ssh-public-key.ts";
import { fromBase64, SshWireError, SshWireReader } from "./ssh-wire.ts";

/** What a signature says of itself; whether it is one, ssh-keygen decides. */
export interface SshSignature {
  readonly key: SshPublicKey;
  /** Of the key inside. */
  readonly fingerprint: string;
  readonly namespace: string;
  readonly hashAlgorithm: "sha256" | "sha512";
  readonly publicKeyBlob: Uint8Array;
}

export type ParsedSshSignature =
  | { readonly kind: "signature"; readonly signature: SshSignature }
  | { readonly kind: "malformed"; readonly reason: string };

/** An RSA key of 16384 bits and its signature take some 6 KiB. */
export const MAX_SSH_SIGNATURE_CHARACTERS = 16 * 1024;
const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,76}\n)+)-----END SSH SIGNATURE-----\n?$/;
const VERSION = 1;
const HASHES = ["sha256", "sha512"] as const;

/** Reads an armoured signature of `ssh-keygen -Y sign`, strictly: OpenSSH's PROTOCOL.sshsig. */
export function parseSshSignature(text: string): ParsedSshSignature {
  if (text.length > MAX_SSH_SIGNATURE_CHARACTERS) return malformed("too long for an SSH signature");
  const base64 = ARMOUR.exec(text)?.[1]?.replaceAll("\n", "");
  const bytes = base64 === undefined ? undefined : fromBase64(base64);
  if (bytes === undefined) return malformed("not an armoured SSH signature");
  try {
    return readSignature(new SshWireReader(bytes));
  } catch (error) {
    if (error instanceof SshWireError) return malformed(`an SSH signature that ${error.message}`);
    throw error;
  }
}

function readSignature(reader: SshWireReader): ParsedSshSignature {
  if (reader.take(6).toString("latin1") !== "SSHSIG") return malformed("not an SSH signature");
  if (reader.uint32() !== VERSION) return malformed("an SSH signature of another version");
  const publicKeyBlob = reader.bytes();
  const namespace = reader.text();
  const reserved = reader.bytes();
  const hash = reader.text();
  const signature = reader.bytes();
  reader.end();
  const parsed = parseSshKeyBlob(publicKeyBlob);
  if (parsed.kind === "problem") return malformed(`a signature by a key that does not count (${parsed.problem})`);
  if (!/^[\x21-\x7e]{1,128}$/.test(namespace)) return malformed("a signature without a namespace");
  if (reserved.length > 0) return malformed("an SSH signature with reserved fields");
  const hashAlgorithm = HASHES.find((known) => known === hash);
  if (hashAlgorithm === undefined) return malformed("an SSH signature over another hash");
  if (!isAlgorithmOf(new SshWireReader(signature).text(), parsed.key))
    return malformed("a signature of another kind of key");
  const { fingerprint } = parsed.key;
  return { kind: "signature", signature: { key: parsed.key, fingerprint, namespace, hashAlgorithm, publicKeyBlob } };
}

/** RSA signs with SHA-2 only (PROTOCOL.sshsig); the others are named as their keys are. */
function isAlgorithmOf(algorithm: string, { type }: SshPublicKey): boolean {
  return type === "ssh-rsa" ? ["rsa-sha2-256", "rsa-sha2-512"].includes(algorithm) : algorithm === type;
}

function malformed(reason: string): ParsedSshSignature {
  return { kind: "malformed", reason };
}
