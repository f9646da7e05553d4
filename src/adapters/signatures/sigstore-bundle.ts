import { z } from "zod";
import type { Digest } from "../../model/digest.ts";
import { readJson, refuse, type Judgement } from "./judgement.ts";
import { decodeBase64, findSigner, type TrustedKey } from "./key-signature.ts";
import { verifyKeyless, type KeylessTrust } from "./keyless-signature.ts";
import { judgeStatement } from "./sign-statement.ts";

/** Of the layer, of the manifest's artifactType, and of the bundle itself. */
export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";

/** More than any client asks for; each costs a verification or two. */
const MAX_ATTESTED_TIMES = 8;
const fewSchema = z.array(z.unknown()).max(MAX_ATTESTED_TIMES).optional();

/** sigstore/protobuf-specs, sigstore_bundle.proto: what decides who has to verify it. */
const bundleSchema = z.object({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string().optional() }).optional(),
    certificate: z.unknown().optional(),
    x509CertificateChain: z.unknown().optional(),
    tlogEntries: fewSchema,
    timestampVerificationData: z.object({ rfc3161Timestamps: fewSchema }).optional(),
  }),
  messageSignature: z.undefined().optional(),
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.string() })),
  }),
});

type Envelope = z.output<typeof bundleSchema>["dsseEnvelope"];

/** Who counts. Without a trusted root, no certificate does. */
export interface BundleTrust extends KeylessTrust {
  readonly keys: readonly TrustedKey[];
}

/**
 * Judges a Sigstore bundle as a signature of a subject. The payload is not parsed before its signature holds.
 * The hint in the bundle is not used: every trusted key is tried.
 */
export async function judgeBundle(bytes: Uint8Array, subject: Digest, trust: BundleTrust): Promise<Judgement> {
  const json = readJson(bytes, "the bundle");
  if (json.kind === "refused") return json.judgement;
  const bundle = bundleSchema.safeParse(json.value);
  if (!bundle.success)
    return refuse("malformed", `not a bundle with a DSSE envelope: ${z.prettifyError(bundle.error)}`);
  const { verificationMaterial, dsseEnvelope } = bundle.data;
  const { publicKey, certificate, x509CertificateChain } = verificationMaterial;
  if ([publicKey, certificate, x509CertificateChain].filter((material) => material !== undefined).length !== 1)
    return refuse("malformed", "not exactly one kind of verification material");
  const unfit = judgeShape(dsseEnvelope);
  if (unfit !== undefined) return unfit;
  return publicKey === undefined
    ? judgeKeyless(json.value, subject, trust)
    : judgeKeyed(dsseEnvelope, subject, trust.keys);
}

function judgeShape({ signatures, payloadType }: Envelope): Judgement | undefined {
  if (signatures.length !== 1)
    return refuse("signature-count", `${signatures.length} signatures in the envelope, not one`);
  return payloadType === IN_TOTO ? undefined : refuse("payload-type", `a payload of type ${payloadType}`);
}

function judgeKeyed(envelope: Envelope, subject: Digest, keys: readonly TrustedKey[]): Judgement {
  const payload = decodeBase64(envelope.payload);
  const signature = decodeBase64(envelope.signatures[0]?.sig ?? "");
  if (payload === undefined || signature === undefined) return refuse("malformed", "not base64");
  const signer = findSigner(keys, preAuthenticationEncoding(envelope.payloadType, payload), signature);
  if (signer === undefined) return refuse("untrusted-key", "signed by none of the keys that count");
  return judgeStatement(payload, subject) ?? { kind: "signed", by: signer.name };
}

async function judgeKeyless(bundle: unknown, subject: Digest, trust: KeylessTrust): Promise<Judgement> {
  const signature = await verifyKeyless(bundle, trust);
  if (signature.kind === "problem") return refuse(signature.code, signature.detail);
  const { payload, identity, certified } = signature;
  return judgeStatement(payload, subject) ?? { kind: "signed", by: identity.name, certified };
}

/** What a DSSE signature is made over: secure-systems-lab/dsse, protocol.md. Exported for fixtures. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(header), payload]);
}
