import { z } from "zod";
import type { Digest } from "../../model/digest.ts";
import { readJson, refuse, type Judgement } from "./judgement.ts";
import { decodeBase64, findSigner, type TrustedKey } from "./key-signature.ts";
import { judgeStatement } from "./sign-statement.ts";

/** Of the layer, of the manifest's artifactType, and of the bundle itself. */
export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";

/** sigstore/protobuf-specs, sigstore_bundle.proto, as far as a signature by a key needs it. */
const bundleSchema = z.object({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string().optional() }).optional(),
    certificate: z.unknown().optional(),
    x509CertificateChain: z.unknown().optional(),
  }),
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.string() })),
  }),
});

type Envelope = z.output<typeof bundleSchema>["dsseEnvelope"];

/**
 * Judges a Sigstore bundle as a signature of a subject. The payload is not parsed before its signature holds.
 * The hint in the bundle is not used: every trusted key is tried.
 */
export function judgeBundle(bytes: Uint8Array, subject: Digest, keys: readonly TrustedKey[]): Judgement {
  const json = readJson(bytes, "the bundle");
  if (json.kind === "refused") return json.judgement;
  const bundle = bundleSchema.safeParse(json.value);
  if (!bundle.success)
    return refuse("malformed", `not a bundle with a DSSE envelope: ${z.prettifyError(bundle.error)}`);
  const { verificationMaterial, dsseEnvelope } = bundle.data;
  const { publicKey, certificate, x509CertificateChain } = verificationMaterial;
  const certified = certificate !== undefined || x509CertificateChain !== undefined;
  if (certified && publicKey === undefined) return refuse("keyless", "signed with a certificate; no identity counts");
  if (certified || publicKey === undefined) return refuse("malformed", "not exactly one kind of verification material");
  return judgeEnvelope(dsseEnvelope, subject, keys);
}

function judgeEnvelope(envelope: Envelope, subject: Digest, keys: readonly TrustedKey[]): Judgement {
  const [first, ...others] = envelope.signatures;
  if (first === undefined || others.length > 0) {
    return refuse("signature-count", `${envelope.signatures.length} signatures in the envelope, not one`);
  }
  if (envelope.payloadType !== IN_TOTO) return refuse("payload-type", `a payload of type ${envelope.payloadType}`);
  const payload = decodeBase64(envelope.payload);
  const signature = decodeBase64(first.sig);
  if (payload === undefined || signature === undefined) return refuse("malformed", "not base64");
  const signer = findSigner(keys, preAuthenticationEncoding(envelope.payloadType, payload), signature);
  if (signer === undefined) return refuse("untrusted-key", "signed by none of the keys that count");
  return judgeStatement(payload, subject) ?? { kind: "signed", by: signer.name };
}

/** What a DSSE signature is made over: secure-systems-lab/dsse, protocol.md. Exported for fixtures. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(header), payload]);
}
