import type { Digest } from "../digest.ts";

/** `left`: what the key signed before `sinceMs` stands. `compromised`: nothing stands. */
export interface RevokedKey {
  readonly fingerprint: string;
  readonly kind: "left" | "compromised";
  readonly sinceMs: number;
  readonly reason: string;
}

/** An image, a chart or a statement that no longer counts. */
export interface RevokedDigest {
  readonly digest: Digest;
  readonly reason: string;
}

export interface Revocations {
  /** SSH keys by their ssh-keygen fingerprint; image keys by the SHA-256 of their SubjectPublicKeyInfo, hexadecimal. */
  readonly keys: readonly RevokedKey[];
  /** Images and charts. */
  readonly digests: readonly RevokedDigest[];
  readonly statements: readonly RevokedDigest[];
}
