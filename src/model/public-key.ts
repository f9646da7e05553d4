import { createHash, createPublicKey, type KeyObject } from "node:crypto";

export type PublicKeyProblem = "private-key" | "not-a-public-key" | "unsupported-key" | "weak-key";

export type ParsedPublicKey =
  { readonly kind: "key"; readonly key: KeyObject } | { readonly kind: "problem"; readonly problem: PublicKeyProblem };

const PEM = /^-----BEGIN PUBLIC KEY-----\r?\n(?:[A-Za-z0-9+/=]+\r?\n)+-----END PUBLIC KEY-----\s*$/;
const CURVES = ["prime256v1", "secp384r1", "secp521r1"];
export const MIN_RSA_BITS = 2048;
/** Larger ones cost seconds per signature. */
export const MAX_RSA_BITS = 8192;

/**
 * One PEM block with a SubjectPublicKeyInfo, as cosign.pub is, of a kind that cosign signs with. Ed25519 is not among
 * them: cosign 3 refuses to write bundles with it, and its older format pre-hashes (Ed25519ph), which node:crypto cannot
 * verify.
 */
export function parsePublicKey(pem: string): ParsedPublicKey {
  // createPublicKey would derive the public half of a private key without a word.
  if (pem.includes("PRIVATE KEY")) return { kind: "problem", problem: "private-key" };
  if (!PEM.test(pem)) return { kind: "problem", problem: "not-a-public-key" };
  try {
    const key = createPublicKey(pem);
    const problem = weaknessOf(key);
    return problem === undefined ? { kind: "key", key } : { kind: "problem", problem };
  } catch {
    return { kind: "problem", problem: "not-a-public-key" };
  }
}

/** SHA-256 of the DER SubjectPublicKeyInfo, hexadecimal: tells one key from another whatever its name. */
export function fingerprintOf(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
}

function weaknessOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): PublicKeyProblem | undefined {
  switch (asymmetricKeyType) {
    case "ec":
      return CURVES.includes(asymmetricKeyDetails?.namedCurve ?? "") ? undefined : "unsupported-key";
    case "rsa": {
      const bits = asymmetricKeyDetails?.modulusLength ?? 0;
      return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS ? undefined : "weak-key";
    }
    default:
      return "unsupported-key";
  }
}
