import { z } from "zod";
import { hexOf, type Digest } from "../../model/digest.ts";
import { readJson, refuse, type Judgement } from "./judgement.ts";
import { decodeBase64, findSigner, type TrustedKey } from "./key-signature.ts";

export const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE_TYPE = "cosign container image signature";
const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate";

/** sigstore/cosign, specs/SIGNATURE_SPEC.md. */
const payloadSchema = z.object({
  critical: z.object({
    type: z.string(),
    image: z.object({ "docker-manifest-digest": z.string() }),
  }),
});

/** The tag under which cosign before version 3 puts the signatures of a subject. */
export function signatureTagOf(subject: Digest): string {
  return `sha256-${hexOf(subject)}.sig`;
}

/** Judges one layer of a `.sig` manifest. The payload is not parsed before its signature holds. */
export function judgeSimpleSigning(
  payload: Uint8Array,
  annotations: Readonly<Record<string, string>>,
  subject: Digest,
  keys: readonly TrustedKey[],
): Judgement {
  const signature = decodeBase64(annotations[SIGNATURE_ANNOTATION] ?? "");
  if (signature === undefined) return refuse("malformed", `no signature in the annotation ${SIGNATURE_ANNOTATION}`);
  const signer = findSigner(keys, payload, signature);
  if (signer === undefined) {
    return annotations[CERTIFICATE_ANNOTATION] === undefined
      ? refuse("untrusted-key", "signed by none of the keys that count")
      : refuse(
          "keyless-simple-signing",
          "signed with a certificate in cosign's older format, which only counts for keys",
        );
  }
  return judgePayload(payload, subject) ?? { kind: "signed", by: signer.name };
}

function judgePayload(payload: Uint8Array, subject: Digest): Judgement | undefined {
  const json = readJson(payload, "the payload");
  if (json.kind === "refused") return json.judgement;
  const parsed = payloadSchema.safeParse(json.value);
  if (!parsed.success) return refuse("malformed", `not a simple signing payload: ${z.prettifyError(parsed.error)}`);
  const { type, image } = parsed.data.critical;
  if (type !== SIGNATURE_TYPE) return refuse("signature-type", `a payload of type ${type}`);
  if (image["docker-manifest-digest"] !== subject) return refuse("other-digest", "a signature of something else");
  return undefined;
}
