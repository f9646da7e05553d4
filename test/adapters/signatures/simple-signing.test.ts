import assert from "node:assert/strict";
import { judgeSimpleSigning } from "../../../src/adapters/signatures/simple-signing.ts";
import type { CandidateRefusalCode } from "../../../src/adapters/signatures/verdict.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { keyPair, signatureAnnotation, SIMPLE_PAYLOAD, SUBJECT } from "./fixtures.ts";

const release = keyPair("release");
const stranger = keyPair("stranger");
const keys = [release.trusted];
const PAYLOAD = Buffer.from(JSON.stringify(SIMPLE_PAYLOAD));

type Case = readonly [payload: Buffer, annotations: Record<string, string>, code: CandidateRefusalCode];

function signedWith(critical: object): [Buffer, Record<string, string>] {
  const payload = Buffer.from(JSON.stringify({ critical: { ...SIMPLE_PAYLOAD.critical, ...critical } }));
  return [payload, signatureAnnotation(payload, release)];
}

function signedText(text: string): [Buffer, Record<string, string>] {
  return [Buffer.from(text), signatureAnnotation(Buffer.from(text), release)];
}

describe("judgeSimpleSigning", () => {
  it("accepts what cosign writes", () => {
    const judgement = judgeSimpleSigning(PAYLOAD, signatureAnnotation(PAYLOAD, release), SUBJECT, keys);
    assert.deepEqual(judgement, { kind: "signed", by: "release" });
  });

  const broken: Readonly<Record<string, Case>> = {
    "a stranger's signature": [PAYLOAD, signatureAnnotation(PAYLOAD, stranger), "untrusted-key"],
    "another payload under the signature": [Buffer.from("{}"), signatureAnnotation(PAYLOAD, release), "untrusted-key"],
    "no signature": [PAYLOAD, {}, "malformed"],
    "a signature that is not base64": [PAYLOAD, { "dev.cosignproject.cosign/signature": "%" }, "malformed"],
    "a certificate instead of a key": [
      PAYLOAD,
      { ...signatureAnnotation(PAYLOAD, stranger), "dev.sigstore.cosign/certificate": "PEM" },
      "keyless-simple-signing",
    ],
    "another digest": [...signedWith({ image: { "docker-manifest-digest": digestOf("x") } }), "other-digest"],
    "another type": [...signedWith({ type: "atomic container signature" }), "signature-type"],
    "no type": [...signedWith({ type: undefined }), "malformed"],
    "no digest": [...signedWith({ image: {} }), "malformed"],
    "a payload that is not JSON": [...signedText("{"), "malformed"],
    "a payload nested a thousand levels deep": [...signedText("[".repeat(1000)), "too-deep"],
  };
  for (const [what, [payload, annotations, code]] of Object.entries(broken)) {
    it(`refuses ${what}`, () => {
      const judgement = judgeSimpleSigning(payload, annotations, SUBJECT, keys);
      assert.equal(judgement.kind === "refused" ? judgement.code : judgement.kind, code);
    });
  }
});
