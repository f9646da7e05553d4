import type { VerificationError } from "@sigstore/verify";
import { matchesSubject } from "../../model/image-identities.ts";
import type { ImageIdentity } from "../../model/image-keys.ts";
import { isForSigning, readIdentity, type CertificateIdentity } from "./certificate-identity.ts";
import { readTrustedRoot, type KeylessVerifier } from "./trusted-root.ts";
import type { CandidateRefusalCode } from "./verdict.ts";

export type TrustedIdentity = Pick<ImageIdentity, "name" | "issuer" | "subject">;

/** Whose certificates count, and what they are verified against. */
export interface KeylessTrust {
  readonly identities: readonly TrustedIdentity[];
  /** The text of trusted_root.json. */
  readonly trustedRoot: string | undefined;
}

export type KeylessSignature =
  | {
      readonly kind: "held";
      readonly identity: TrustedIdentity;
      readonly certified: CertificateIdentity;
      /** What was signed. */
      readonly payload: Uint8Array;
    }
  | Problem;

interface Problem {
  readonly kind: "problem";
  readonly code: CandidateRefusalCode;
  readonly detail: string;
}

/** Whether a bundle with a certificate and an envelope was signed by one of the identities. Its payload is not parsed. */
export async function verifyKeyless(
  bundle: unknown,
  { identities, trustedRoot }: KeylessTrust,
): Promise<KeylessSignature> {
  if (identities.length === 0) return problem("keyless", "signed with a certificate; no identity counts");
  if (trustedRoot === undefined) return problem("no-trusted-root", "trusted_root.json is not in the trust folder");
  const root = await readTrustedRoot(trustedRoot);
  if (root.kind === "problem") return problem("no-trusted-root", `trusted_root.json: ${root.problem}`);
  const verified = await verifyBundle(bundle, root.verifier);
  if (verified.kind === "problem") return verified;
  const { certified, payload } = verified;
  const identity = identities.find(
    ({ issuer, subject }) => issuer === certified.issuer && matchesSubject(subject, certified.subject),
  );
  return identity === undefined
    ? problem("untrusted-identity", `signed by ${certified.subject} of ${certified.issuer}, who does not count`)
    : { kind: "held", identity, certified, payload };
}

interface Verified {
  readonly kind: "verified";
  readonly certified: CertificateIdentity;
  readonly payload: Uint8Array;
}

/**
 * All that the bundle holds is verified here or refused: the certificate, log entries, timestamps, the signature.
 * What is used of it afterwards is what the library read, not what another parser might read in the same bytes.
 */
async function verifyBundle(
  json: unknown,
  { verifier, demandsTimestamp }: KeylessVerifier,
): Promise<Verified | Problem> {
  const [{ bundleFromJSON, isBundleWithDsseEnvelope }, { toSignedEntity, VerificationError }] = await Promise.all([
    import("@sigstore/bundle"),
    import("@sigstore/verify"),
  ]);
  try {
    const bundle = bundleFromJSON(json);
    const { content } = bundle.verificationMaterial;
    if (!isBundleWithDsseEnvelope(bundle) || content.$case !== "certificate")
      return problem("malformed", "not an envelope with a certificate");
    const entity = toSignedEntity(bundle);
    if (demandsTimestamp && !entity.timestamps.some(({ $case }) => $case === "timestamp-authority"))
      return problem("unattested-time", "no timestamp of an authority of the trusted root");
    const signer = verifier.verify(entity);
    if (!isForSigning(content.certificate.rawBytes))
      return problem("untrusted-certificate", "not a certificate for signing");
    const certified = readIdentity(signer);
    return certified === undefined
      ? problem("untrusted-certificate", "the certificate does not name exactly one identity")
      : { kind: "verified", certified, payload: bundle.content.dsseEnvelope.payload };
  } catch (error) {
    return error instanceof VerificationError ? toProblem(error) : unreadable(error);
  }
}

/** Whatever else the libraries throw over somebody's bytes: a bundle that cannot be read is no evidence. */
function unreadable(error: unknown): Problem {
  return problem(
    "malformed",
    `not a bundle that can be read: ${error instanceof Error ? error.message : String(error)}`,
  );
}

function toProblem({ code, message }: VerificationError): Problem {
  switch (code) {
    case "CERTIFICATE_ERROR":
      return problem("untrusted-certificate", message);
    case "TIMESTAMP_ERROR":
      return problem("unattested-time", message);
    case "SIGNATURE_ERROR":
      return problem("wrong-signature", message);
    case "TLOG_BODY_ERROR":
    case "TLOG_ERROR":
    case "TLOG_INCLUSION_PROOF_ERROR":
    case "TLOG_INCLUSION_PROMISE_ERROR":
    case "TLOG_MISSING_INCLUSION_ERROR":
      return problem("not-logged", message);
    case "NOT_IMPLEMENTED_ERROR":
    case "PUBLIC_KEY_ERROR":
      return problem("malformed", message);
  }
}

function problem(code: CandidateRefusalCode, detail: string): Problem {
  return { kind: "problem", code, detail };
}
