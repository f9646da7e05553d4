import type { Digest } from "../../model/digest.ts";
import { renderReference } from "../../model/reference.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import { quoted, toRefusal, type RegistryError } from "../registry/registry-error.ts";
import type { DigestReference } from "../registry/registry-client.ts";

/** A signature by a key that counts. */
export interface KeyedEvidence {
  readonly kind: "keyed";
  /** How cosign wrote it: a Sigstore bundle as referrer (v3), or a payload under the tag `sha256-<hex>.sig`. */
  readonly format: "bundle" | "simple-signing";
  /** Digest of the manifest that carries the signature. */
  readonly manifest: Digest;
}

/** A signature with a certificate that names an identity that counts: always a bundle. */
export interface KeylessEvidence {
  readonly kind: "keyless";
  /** The name of the identity in image-keys.yaml. */
  readonly identity: string;
  /** What the certificate says. */
  readonly issuer: string;
  readonly subject: string;
  readonly manifest: Digest;
}

/** What a "yes" rests on. */
export type Evidence = KeyedEvidence | KeylessEvidence;

export type CandidateRefusalCode =
  /** Neither a key nor an identity counts for this stage and repository. */
  | "no-trusted-key"
  | "no-evidence"
  | "registry-failure"
  | "too-many-candidates"
  | "malformed"
  | "too-deep"
  | "too-large"
  /** A referrer of another type: an SBOM, an attestation of another tool. */
  | "other-artifact"
  | "other-subject"
  /** Signed with a certificate, and no identity counts. */
  | "keyless"
  /** Signed with a certificate in the older format, which has no place for what attests the time in one piece. */
  | "keyless-simple-signing"
  /** An identity counts, but trusted_root.json is absent or of no use. */
  | "no-trusted-root"
  /** No certificate that the trusted root leads to, valid when it signed, logged where the root has certificate logs. */
  | "untrusted-certificate"
  /** Nothing that the trusted root knows attests when it was signed. */
  | "unattested-time"
  /** The trusted root has transparency logs, and none of them has the signature. */
  | "not-logged"
  /** Not made with the certificate's key. */
  | "wrong-signature"
  /** A true certificate of somebody who does not count. */
  | "untrusted-identity"
  | "signature-count"
  | "payload-type"
  /** Signed by a key that does not count, or not signed by the key it names. */
  | "untrusted-key"
  | "statement-type"
  /** A true statement about the image that is not a signature: an attestation. */
  | "predicate-type"
  | "signature-type"
  | "other-digest";

/** Why one candidate, or the whole search, is no evidence. */
export interface CandidateRefusal {
  readonly code: CandidateRefusalCode;
  readonly detail: string;
  /** Digest of the candidate's manifest, where there is one. */
  readonly manifest?: Digest;
  /** With `registry-failure`. */
  readonly error?: RegistryError;
}

export type SignatureVerdict =
  | { readonly kind: "signed"; readonly by: string; readonly evidence: Evidence }
  | { readonly kind: "unsigned"; readonly reasons: readonly CandidateRefusal[] };

/** Everything that stands against a reference, for people: registry failures each, the rest together. */
export function refuseUnsigned(
  reference: DigestReference,
  reasons: readonly CandidateRefusal[],
  place: Place,
): readonly Refusal[] {
  const rest = reasons.filter(({ error }) => error === undefined);
  return [
    ...reasons.flatMap(({ error }) => (error === undefined ? [] : [toRefusal(error, place)])),
    ...(rest.length === 0 ? [] : [notSigned(reference, rest, place)]),
  ];
}

function notSigned(reference: DigestReference, reasons: readonly CandidateRefusal[], place: Place): Refusal {
  const rendered = renderReference(reference);
  const untrusted = reasons.some(({ code }) => code === "no-trusted-key");
  return {
    code: untrusted ? "no-trusted-key" : "not-signed",
    place,
    found: [rendered, ...reasons.map(renderReason)].join("\n"),
    expected: "a cosign signature by a key or an identity that counts for this stage and repository",
    action: untrusted
      ? "add a key or an identity with this stage and repository to image-keys.yaml in the trust folder; in the sandbox, source .sandbox/env"
      : `ask its supplier to sign it: cosign sign --key <key> ${rendered}`,
  };
}

function renderReason({ code, detail, manifest }: CandidateRefusal): string {
  return `${code}: ${quoted(detail)}${manifest === undefined ? "" : ` (${manifest})`}`;
}
