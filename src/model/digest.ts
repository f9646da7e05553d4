import { hash } from "node:crypto";

/** A SHA-256 digest as OCI writes it: `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}` & { readonly brand: "Digest" };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${hash("sha256", content)}` as Digest;
}

/** The 64 hexadecimal digits alone. */
export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
