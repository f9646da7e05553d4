import assert from "node:assert/strict";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import type { TrustedIdentity } from "../../../src/adapters/signatures/keyless-signature.ts";
import type { Judgement } from "../../../src/adapters/signatures/judgement.ts";
import { judgeBundle } from "../../../src/adapters/signatures/sigstore-bundle.ts";
import type { CandidateRefusalCode } from "../../../src/adapters/signatures/verdict.ts";
import type { IdentitySubject } from "../../../src/model/image-identities.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { envelopeOf, keyPair, STATEMENT, SUBJECT } from "./fixtures.ts";
import {
  SIGNER,
  sigstoreInstance,
  type Service,
  type SignChoices,
  type SigstoreInstance,
} from "./sigstore-instance.ts";

const SERVICES: readonly Service[] = ["tlogs", "ctlogs", "timestampAuthorities"];
const HOUR_MS = 3_600_000;
/** Hundreds of verifications, on a machine that does other things besides. */
const SLOW_MS = 60_000;

describe("judgeBundle, with a certificate", () => {
  let instance: SigstoreInstance;
  let trustedRoot: string;
  before(async () => {
    instance = await sigstoreInstance();
    trustedRoot = instance.trustedRoot();
  });

  const exactly = (subject: string): IdentitySubject => ({ kind: "exact", subject });
  const identity = (subject: IdentitySubject = exactly(SIGNER.subject), issuer = SIGNER.issuer): TrustedIdentity => ({
    name: "release",
    issuer,
    subject,
  });
  const judge = (
    bundle: Uint8Array,
    trusted = identity(),
    root: string | undefined = trustedRoot,
  ): Promise<Judgement> => judgeBundle(bundle, SUBJECT, { keys: [], identities: [trusted], trustedRoot: root });
  const code = (judgement: Judgement): string => (judgement.kind === "refused" ? judgement.code : judgement.kind);
  const said = async (choices: SignChoices, statement: object | string = STATEMENT): Promise<string> =>
    code(await judge(await instance.sign(statement, choices)));

  it("accepts an identity that counts, and says what the certificate says", async () => {
    const judgement = await judge(await instance.sign(STATEMENT));
    assert.deepEqual(judgement, { kind: "signed", by: "release", certified: SIGNER });
  });

  it("accepts a person by their address", async () => {
    const names = [{ type: "email" as const, value: "release@example.com" }];
    const bundle = await instance.sign(STATEMENT, { names });
    assert.equal(code(await judge(bundle, identity(exactly("release@example.com")))), "signed");
  });

  for (const missing of SERVICES) {
    it(`demands what the trusted root has, and only that: ${missing}`, async () => {
      const expected: Readonly<Record<Service, CandidateRefusalCode>> = {
        tlogs: "not-logged",
        ctlogs: "untrusted-certificate",
        timestampAuthorities: "unattested-time",
      };
      const bundle = await instance.sign(STATEMENT, { without: [missing] });
      assert.equal(code(await judge(bundle)), expected[missing]);
      assert.equal(code(await judge(bundle, identity(), instance.trustedRoot([missing]))), "signed");
    });
    it(`refuses what a service attests that the trusted root does not have: ${missing}`, async () => {
      const judgement = await judge(await instance.sign(STATEMENT), identity(), instance.trustedRoot([missing]));
      assert.equal(judgement.kind, "refused");
    });
  }

  it("refuses a signature whose time nobody attests", async () => {
    const without: readonly Service[] = ["tlogs", "timestampAuthorities"];
    assert.equal(await said({ without }), "unattested-time");
    const bundle = await instance.sign(STATEMENT, { without });
    assert.equal(code(await judge(bundle, identity(), instance.trustedRoot(without))), "no-trusted-root");
    assert.equal(code(await judge(bundle, identity(), instance.trustedRoot(["tlogs"]))), "unattested-time");
  });

  const issued: Readonly<Record<string, readonly [SignChoices, CandidateRefusalCode]>> = {
    "a certificate that had expired": [{ issuedAt: new Date(Date.now() - HOUR_MS) }, "untrusted-certificate"],
    "a certificate that was not valid yet": [{ issuedAt: new Date(Date.now() + HOUR_MS) }, "untrusted-certificate"],
    "a certificate for something else than signing": [
      { usages: [x509.ExtendedKeyUsage.serverAuth] },
      "untrusted-certificate",
    ],
    "a certificate of an authority": [{ isAuthority: true }, "untrusted-certificate"],
    "a certificate with a second name": [
      {
        names: [
          { type: "url", value: SIGNER.subject },
          { type: "url", value: "https://evil.example.com" },
        ],
      },
      "untrusted-certificate",
    ],
    "a certificate with a name of another kind beside": [
      {
        names: [
          { type: "url", value: SIGNER.subject },
          { type: "dns", value: "evil.example.com" },
        ],
      },
      "untrusted-certificate",
    ],
    "a certificate without a name that counts": [
      { names: [{ type: "dns", value: "github.com" }] },
      "untrusted-certificate",
    ],
    "an issuer that only reads the same without its eighth bits": [
      { issuer: SIGNER.issuer.replace("h", "\u00e8") },
      "untrusted-certificate",
    ],
    "another issuer": [{ issuer: "https://gitlab.com" }, "untrusted-identity"],
    "a longer issuer": [{ issuer: `${SIGNER.issuer}.evil.example.com` }, "untrusted-identity"],
    "a log entry about another signature": [{ logsOther: true }, "not-logged"],
    "a timestamp of another signature": [{ timestampsOther: true }, "unattested-time"],
    "another type of payload": [{ payloadType: "application/json" }, "payload-type"],
    "a message signature beside the envelope": [{ parts: { messageSignature: {} } }, "malformed"],
    "another envelope under the certificate": [
      { parts: { dsseEnvelope: envelopeOf(JSON.stringify(STATEMENT), keyPair("stranger")) } },
      "unattested-time",
    ],
  };
  for (const [what, [choices, expected]] of Object.entries(issued)) {
    it(`refuses ${what}`, async () => {
      assert.equal(await said(choices), expected);
    });
  }

  const others: readonly string[] = [
    `${SIGNER.subject}.evil`,
    `x${SIGNER.subject}`,
    SIGNER.subject.slice(0, -1),
    SIGNER.subject.slice(1),
    SIGNER.subject.toUpperCase(),
    SIGNER.subject.replace(".github", "xgithub"),
    SIGNER.subject.replace("/ehealth/", "/ehealth-evil/"),
  ];
  for (const subject of others) {
    it(`refuses a certificate of ${subject}`, async () => {
      assert.equal(await said({ names: [{ type: "url", value: subject }] }), "untrusted-identity");
    });
  }

  it("accepts the tags that a pattern names, and no branch, workflow or repository beside them", async () => {
    const pattern = SIGNER.subject.replace("v1.4.2", "v*");
    const trusted = identity({ kind: "pattern", pattern });
    const saidOf = async (value: string): Promise<string> =>
      code(await judge(await instance.sign(STATEMENT, { names: [{ type: "url", value }] }), trusted));
    assert.equal(await saidOf(SIGNER.subject), "signed");
    for (const [from, to] of [
      ["refs/tags", "refs/heads"],
      ["release.yml", "test.yml"],
      ["/app/", "/evil/"],
      ["v1.4.2", "v1/2"],
    ] as const)
      assert.equal(await saidOf(SIGNER.subject.replace(from, to)), "untrusted-identity", to);
  });

  it("refuses a certificate of another authority that names the same identity", async () => {
    const stranger = await sigstoreInstance();
    const bundle = await stranger.sign(STATEMENT);
    assert.equal(code(await judge(bundle)), "unattested-time");
    const theirs = JSON.parse(stranger.trustedRoot()) as object;
    assert.equal(code(await judge(bundle, identity(), JSON.stringify(theirs))), "signed");
    const { certificateAuthorities } = JSON.parse(trustedRoot) as { certificateAuthorities: unknown };
    const mixed = JSON.stringify({ ...theirs, certificateAuthorities });
    assert.equal(code(await judge(bundle, identity(), mixed)), "untrusted-certificate");
  });

  const statements: Readonly<Record<string, readonly [object | string, CandidateRefusalCode]>> = {
    "a signature of another image": [
      { ...STATEMENT, subject: [{ digest: { sha256: digestOf("another").slice(7) } }] },
      "other-digest",
    ],
    "an attestation": [{ ...STATEMENT, predicateType: "https://slsa.dev/provenance/v1" }, "predicate-type"],
    "a payload that is not JSON": ["{", "malformed"],
    "a payload nested a thousand levels deep": ["[".repeat(1000) + "]".repeat(1000), "too-deep"],
  };
  for (const [what, [statement, expected]] of Object.entries(statements)) {
    it(`refuses ${what}`, async () => {
      assert.equal(await said({}, statement), expected);
    });
  }

  it("refuses where no identity counts, and where there is no trusted root or none that can be read", async () => {
    const bundle = await instance.sign(STATEMENT);
    const none = await judgeBundle(bundle, SUBJECT, {
      keys: [keyPair("release").trusted],
      identities: [],
      trustedRoot,
    });
    assert.equal(code(none), "keyless");
    const absent = await judgeBundle(bundle, SUBJECT, { keys: [], identities: [identity()], trustedRoot: undefined });
    assert.equal(code(absent), "no-trusted-root");
    for (const root of ["", "{", "{}", "[".repeat(1000), trustedRoot.replace("trustedroot", "bundle")])
      assert.equal(code(await judge(bundle, identity(), root)), "no-trusted-root", root);
    const broken = trustedRoot.replace(/"rawBytes":"[^"]{40}/, '"rawBytes":"');
    assert.equal(code(await judge(bundle, identity(), broken)), "no-trusted-root");
  });

  it("refuses a certificate that is nested as deep as a bundle can hold", async () => {
    const nested = Buffer.alloc(600_000, Buffer.from([0x30, 0x80]));
    const bundle = JSON.parse((await instance.sign(STATEMENT)).toString()) as {
      verificationMaterial: { certificate: { rawBytes: string } };
    };
    bundle.verificationMaterial.certificate.rawBytes = nested.toString("base64");
    assert.equal(code(await judge(Buffer.from(JSON.stringify(bundle)))), "malformed");
  });

  it("never lets a bundle through in which any byte of a value was changed", async () => {
    const text = (await instance.sign(STATEMENT)).toString();
    const parsed: unknown = JSON.parse(text);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: text.length - 1 }), fc.integer({ min: 0x20, max: 0x7e }), async (at, byte) => {
        const changed = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
        const judgement = await judge(Buffer.from(changed));
        if (judgement.kind === "refused") return;
        // What is signed is the statement; that what was let through says the same is all that matters.
        assert.deepEqual(signedPartOf(JSON.parse(changed)), signedPartOf(parsed), changed);
      }),
      { numRuns: 300 },
    );
  }).timeout(SLOW_MS);
});

function signedPartOf(bundle: unknown): unknown {
  const { dsseEnvelope } = bundle as { dsseEnvelope: { payload: string; signatures: readonly { sig: string }[] } };
  return [dsseEnvelope.payload, dsseEnvelope.signatures[0]?.sig].map((text) =>
    Buffer.from(text ?? "", "base64").toString("hex"),
  );
}
