import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { TrustedKey } from "../../../src/adapters/signatures/key-signature.ts";
import { preAuthenticationEncoding } from "../../../src/adapters/signatures/sigstore-bundle.ts";
import { digestOf, hexOf } from "../../../src/model/digest.ts";

/** Evidence as cosign writes it (the end-to-end tests use cosign's own), with any part of it replaced. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly trusted: TrustedKey;
}

export function keyPair(name: string): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, trusted: { name, publicKey } };
}

export const SUBJECT = digestOf("an image's manifest");
const IN_TOTO = "application/vnd.in-toto+json";

export const STATEMENT = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ digest: { sha256: hexOf(SUBJECT) } }],
  predicateType: "https://sigstore.dev/cosign/sign/v1",
  predicate: {},
};

export const SIMPLE_PAYLOAD = {
  critical: {
    identity: { "docker-reference": "registry.example.com/app" },
    image: { "docker-manifest-digest": SUBJECT },
    type: "cosign container image signature",
  },
  optional: {},
};

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string }[];
}

/** A DSSE envelope over a payload, signed truly over whatever payload and type it has. */
export function envelopeOf(payload: string, { privateKey }: KeyPair, payloadType = IN_TOTO): Envelope {
  const bytes = Buffer.from(payload);
  const sig = sign("sha256", preAuthenticationEncoding(payloadType, bytes), privateKey).toString("base64");
  return { payload: bytes.toString("base64"), payloadType, signatures: [{ sig }] };
}

export function bundleOf(dsseEnvelope: unknown, parts: Readonly<Record<string, unknown>> = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: "any" } },
      dsseEnvelope,
      ...parts,
    }),
  );
}

export function signatureAnnotation(payload: Uint8Array, { privateKey }: KeyPair): Record<string, string> {
  return { "dev.cosignproject.cosign/signature": sign("sha256", payload, privateKey).toString("base64") };
}
