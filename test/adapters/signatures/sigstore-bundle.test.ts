import assert from "node:assert/strict";
import { sign } from "node:crypto";
import fc from "fast-check";
import {
  judgeBundle,
  type BundleTrust,
  preAuthenticationEncoding,
} from "../../../src/adapters/signatures/sigstore-bundle.ts";
import type { CandidateRefusalCode } from "../../../src/adapters/signatures/verdict.ts";
import { digestOf, hexOf } from "../../../src/model/digest.ts";
import { bundleOf, envelopeOf, keyPair, STATEMENT, SUBJECT } from "./fixtures.ts";

const release = keyPair("release");
const stranger = keyPair("stranger");
const trust: BundleTrust = {
  keys: [keyPair("another").trusted, release.trusted],
  identities: [],
  trustedRoot: undefined,
};
const signed = envelopeOf(JSON.stringify(STATEMENT), release);
const signedWith = (change: object): Buffer =>
  bundleOf(envelopeOf(JSON.stringify({ ...STATEMENT, ...change }), release));

describe("preAuthenticationEncoding", () => {
  it("is that of the DSSE specification's example", () => {
    const encoded = preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    assert.equal(Buffer.from(encoded).toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });
});

describe("judgeBundle", () => {
  it("accepts what cosign writes, by the name of the key", async () => {
    assert.deepEqual(await judgeBundle(bundleOf(signed), SUBJECT, trust), { kind: "signed", by: "release" });
  });

  const broken: Readonly<Record<string, readonly [Uint8Array, CandidateRefusalCode]>> = {
    "a stranger's signature": [bundleOf(envelopeOf(JSON.stringify(STATEMENT), stranger)), "untrusted-key"],
    "a signature of the payload without its type": [
      bundleOf({
        ...signed,
        signatures: [
          { sig: sign("sha256", Buffer.from(signed.payload, "base64"), release.privateKey).toString("base64") },
        ],
      }),
      "untrusted-key",
    ],
    "another payload under the signature": [
      bundleOf({ ...signed, payload: Buffer.from("{}").toString("base64") }),
      "untrusted-key",
    ],
    "an unsigned payload that is not JSON": [
      bundleOf({ ...signed, payload: Buffer.from("{").toString("base64") }),
      "untrusted-key",
    ],
    "no signature": [bundleOf({ ...signed, signatures: [] }), "signature-count"],
    "two signatures": [
      bundleOf({ ...signed, signatures: [...signed.signatures, ...signed.signatures] }),
      "signature-count",
    ],
    "an empty signature": [bundleOf({ ...signed, signatures: [{ sig: "" }] }), "malformed"],
    "a signature that is not base64": [bundleOf({ ...signed, signatures: [{ sig: "%%%" }] }), "malformed"],
    "a signature in base64 with a line break": [
      bundleOf({ ...signed, signatures: [{ sig: `${signed.signatures[0]?.sig ?? ""}\n` }] }),
      "malformed",
    ],
    "another type of payload": [
      bundleOf(envelopeOf(JSON.stringify(STATEMENT), release, "application/json")),
      "payload-type",
    ],
    "an attestation": [signedWith({ predicateType: "https://slsa.dev/provenance/v1" }), "predicate-type"],
    "an older statement": [signedWith({ _type: "https://in-toto.io/Statement/v0.1" }), "statement-type"],
    "another subject": [signedWith({ subject: [{ digest: { sha256: hexOf(digestOf("x")) } }] }), "other-digest"],
    "the digest under another algorithm": [
      signedWith({ subject: [{ digest: { sha512: hexOf(SUBJECT) } }] }),
      "other-digest",
    ],
    "no subject": [signedWith({ subject: [] }), "other-digest"],
    "a statement of another shape": [signedWith({ subject: "all" }), "malformed"],
    "a signed payload that is not JSON": [bundleOf(envelopeOf("{", release)), "malformed"],
    "a signed payload nested a thousand levels deep": [
      bundleOf(envelopeOf("[".repeat(1000) + "]".repeat(1000), release)),
      "too-deep",
    ],
    "a certificate instead of a key": [
      bundleOf(signed, { verificationMaterial: { certificate: { rawBytes: "" } } }),
      "keyless",
    ],
    "a certificate and a key": [
      bundleOf(signed, { verificationMaterial: { certificate: {}, publicKey: {} } }),
      "malformed",
    ],
    "a message signature beside the envelope": [bundleOf(signed, { messageSignature: {} }), "malformed"],
    "more log entries than anybody makes": [
      bundleOf(signed, { verificationMaterial: { publicKey: {}, tlogEntries: Array.from({ length: 9 }, () => ({})) } }),
      "malformed",
    ],
    "no verification material": [bundleOf(signed, { verificationMaterial: {} }), "malformed"],
    "a message signature instead of an envelope": [bundleOf(undefined, { messageSignature: {} }), "malformed"],
    "a bundle of another version": [
      bundleOf(signed, { mediaType: "application/vnd.dev.sigstore.bundle.v0.9+json" }),
      "malformed",
    ],
    "a bundle that is not JSON": [Buffer.from("{"), "malformed"],
    "a bundle nested a thousand levels deep": [
      bundleOf(signed, { extra: JSON.parse("[".repeat(1000) + "]".repeat(1000)) as unknown }),
      "too-deep",
    ],
    "a bundle nested a million levels deep": [Buffer.from("[".repeat(1_000_000)), "too-deep"],
  };
  for (const [what, [bytes, code]] of Object.entries(broken)) {
    it(`refuses ${what}`, async () => {
      const judgement = await judgeBundle(bytes, SUBJECT, trust);
      assert.equal(judgement.kind === "refused" ? judgement.code : judgement.kind, code);
    });
  }

  it("refuses a true signature of another image", async () => {
    const judgement = await judgeBundle(bundleOf(signed), digestOf("another image"), trust);
    assert.equal(judgement.kind === "refused" && judgement.code, "other-digest");
  });

  it("accepts nothing without keys", async () => {
    assert.equal((await judgeBundle(bundleOf(signed), SUBJECT, { ...trust, keys: [] })).kind, "refused");
  });

  it("never lets a changed payload or signature through", async () => {
    const payload = Buffer.from(signed.payload, "base64");
    const signature = Buffer.from(signed.signatures[0]?.sig ?? "", "base64");
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (inPayload, position, change) => {
          const changed = Buffer.from(inPayload ? payload : signature);
          const at = position % changed.length;
          changed[at] = (changed[at] ?? 0) ^ change;
          const text = changed.toString("base64");
          const envelope = inPayload ? { ...signed, payload: text } : { ...signed, signatures: [{ sig: text }] };
          assert.equal((await judgeBundle(bundleOf(envelope), SUBJECT, trust)).kind, "refused");
        },
      ),
    );
  });

  it("answers any bytes with a judgement", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          assert.equal((await judgeBundle(bytes, SUBJECT, trust)).kind, "refused");
        },
      ),
    );
  });
});
