import { verify, type KeyObject } from "node:crypto";
import type { ImageKey } from "../../model/image-keys.ts";

export type TrustedKey = Pick<ImageKey, "name" | "publicKey">;

/** The hash that sigstore pairs with a curve, and SHA-256, which cosign's older format uses on all of them. */
const HASHES_OF_CURVE: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ["sha256"],
  secp384r1: ["sha384", "sha256"],
  secp521r1: ["sha512", "sha256"],
};

/** The first of the keys that signed the data. */
export function findSigner(
  keys: readonly TrustedKey[],
  data: Uint8Array,
  signature: Uint8Array,
): TrustedKey | undefined {
  return keys.find(({ publicKey }) => isSignedBy(publicKey, data, signature));
}

function isSignedBy(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return hashesFor(key).some((hash) => verify(hash, data, key, signature));
  } catch {
    // OpenSSL throws on some malformed signatures: not a signature.
    return false;
  }
}

/** ECDSA signatures are DER; RSA is PKCS #1 v1.5 with SHA-256, as cosign signs. */
function hashesFor(key: KeyObject): readonly string[] {
  switch (key.asymmetricKeyType) {
    case "ec":
      return HASHES_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? [];
    case "rsa":
      return ["sha256"];
    default:
      return [];
  }
}

/** Standard base64 in its one canonical form; undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.byteLength > 0 && bytes.toString("base64") === text ? bytes : undefined;
}
