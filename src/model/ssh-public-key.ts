import { createHash } from "node:crypto";
import { fromBase64, SshWireError, SshWireReader } from "./ssh-wire.ts";

/** A public key as OpenSSH writes it. */
export interface SshPublicKey {
  readonly type: SshKeyType;
  /** `<type> <base64>`, without comment. */
  readonly text: string;
  /** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string;
}

export type SshKeyProblem = "private-key" | "unsupported-key" | "weak-key" | "not-a-public-key";

export type ParsedSshKey =
  { readonly kind: "key"; readonly key: SshPublicKey } | { readonly kind: "problem"; readonly problem: SshKeyProblem };

export const MIN_SSH_RSA_BITS = 2048;
/** OpenSSH's own limit. */
export const MAX_SSH_RSA_BITS = 16_384;
const MAX_BASE64 = 8192;

/** What follows the type in a key of each type; bits count for RSA only. */
const REST = {
  "ssh-ed25519": readEd25519,
  "ecdsa-sha2-nistp256": (reader: SshWireReader) => {
    readEcdsa(reader, "nistp256", 32);
  },
  "ecdsa-sha2-nistp384": (reader: SshWireReader) => {
    readEcdsa(reader, "nistp384", 48);
  },
  "ecdsa-sha2-nistp521": (reader: SshWireReader) => {
    readEcdsa(reader, "nistp521", 66);
  },
  "ssh-rsa": readRsa,
  "sk-ssh-ed25519@openssh.com": (reader: SshWireReader) => {
    readEd25519(reader);
    reader.text();
  },
  "sk-ecdsa-sha2-nistp256@openssh.com": (reader: SshWireReader) => {
    readEcdsa(reader, "nistp256", 32);
    reader.text();
  },
} as const satisfies Readonly<Record<string, (reader: SshWireReader) => void>>;

export type SshKeyType = keyof typeof REST;

export const SSH_KEY_TYPES = Object.keys(REST);

/** `<type> <base64>`: the two must agree, and nothing may follow. */
export function parseSshPublicKey(text: string): ParsedSshKey {
  if (text.includes("PRIVATE KEY")) return problem("private-key");
  const [type = "", base64 = "", ...more] = text.split(" ");
  if (!isKeyType(type)) return problem(/^(ssh|ecdsa|sk)-/.test(type) ? "unsupported-key" : "not-a-public-key");
  const blob = more.length > 0 || base64.length > MAX_BASE64 ? undefined : fromBase64(base64);
  const key = blob === undefined ? undefined : parseSshKeyBlob(blob);
  if (key === undefined) return problem("not-a-public-key");
  return key.kind === "problem" || key.key.type === type ? key : problem("not-a-public-key");
}

/** A key as it stands in signatures: RFC 4253, section 6.6, and OpenSSH's PROTOCOL.u2f. */
export function parseSshKeyBlob(blob: Uint8Array): ParsedSshKey {
  try {
    const reader = new SshWireReader(blob);
    const type = reader.text();
    if (!isKeyType(type)) return problem("unsupported-key");
    REST[type](reader);
    reader.end();
    const base64 = Buffer.from(blob).toString("base64");
    return { kind: "key", key: { type, text: `${type} ${base64}`, fingerprint: fingerprintOf(blob) } };
  } catch (error) {
    if (error instanceof WeakKeyError) return problem("weak-key");
    if (error instanceof SshWireError) return problem("not-a-public-key");
    throw error;
  }
}

class WeakKeyError extends Error {}

function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function isKeyType(text: string): text is SshKeyType {
  return Object.hasOwn(REST, text);
}

function readEd25519(reader: SshWireReader): void {
  if (reader.bytes().length !== 32) throw new SshWireError("a point of another size");
}

function readEcdsa(reader: SshWireReader, curve: string, coordinateBytes: number): void {
  if (reader.text() !== curve) throw new SshWireError("another curve than the type says");
  const point = reader.bytes();
  if (point.length !== 2 * coordinateBytes + 1 || point[0] !== 4) throw new SshWireError("a point of another form");
}

function readRsa(reader: SshWireReader): void {
  reader.positiveBits();
  const bits = reader.positiveBits();
  if (bits < MIN_SSH_RSA_BITS || bits > MAX_SSH_RSA_BITS) throw new WeakKeyError();
}

function problem(what: SshKeyProblem): ParsedSshKey {
  return { kind: "problem", problem: what };
}
