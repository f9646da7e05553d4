import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrustedIdentity } from "../../../src/adapters/signatures/keyless-signature.ts";
import type { SignatureVerdict } from "../../../src/adapters/signatures/verdict.ts";
import { verifySignature } from "../../../src/adapters/signatures/verify-signature.ts";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { digestOf, hexOf } from "../../../src/model/digest.ts";
import { trustedSigners, type SignerTrust } from "../../../src/model/trusted-signers.ts";
import { answers, OCI_MANIFEST, startHostileRegistry, type HostileRegistry } from "../registry/hostile-registry.ts";
import { MANIFEST, quickClient } from "../registry/quick-client.ts";
import { bundleOf, envelopeOf, keyPair, STATEMENT } from "./fixtures.ts";
import { HostileContents } from "./hostile-contents.ts";
import { SIGNER, sigstoreInstance, type SigstoreInstance } from "./sigstore-instance.ts";

describe("verifySignature, keyless", () => {
  let instance: SigstoreInstance;
  let contents: HostileContents;
  let registry: HostileRegistry;
  let folder: string;

  before(async () => {
    instance = await sigstoreInstance();
  });
  beforeEach(async () => {
    contents = new HostileContents(MANIFEST);
    registry = await startHostileRegistry((request, response) => {
      contents.behave(request, response);
    });
    folder = await mkdtemp(join(tmpdir(), "lockstep-keyless-"));
  });
  afterEach(async () => {
    await registry[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const statement = (digest = contents.subject): object => ({
    ...STATEMENT,
    subject: [{ digest: { sha256: hexOf(digest) } }],
  });
  const identity: TrustedIdentity = {
    name: "workflow",
    issuer: SIGNER.issuer,
    subject: { kind: "exact", subject: SIGNER.subject },
  };
  /** The trust of a folder in which the identity counts for one stage and one repository. */
  const trust = (): SignerTrust => ({
    imageKeys: {
      keys: [],
      identities: [{ ...identity, stages: ["inttest"], repositories: [`${registry.registry}/ehealth/*`] }],
    },
    trustedRoot: instance.trustedRoot(),
    revocations: { keys: [], digests: [], statements: [] },
  });
  const verify = (stage = "inttest", repository = "ehealth/app"): Promise<SignatureVerdict> => {
    const reference = { registry: registry.registry, repository, digest: contents.subject };
    const signers = trustedSigners(trust(), stage, `${reference.registry}/${reference.repository}`);
    const sources = { registry: quickClient(), store: new ContentStore(folder) };
    return verifySignature({ reference, ...signers }, sources);
  };
  const codes = (verdict: SignatureVerdict): readonly string[] =>
    verdict.kind === "signed" ? ["signed"] : verdict.reasons.map(({ code }) => code);

  it("accepts an identity's signature, says on what it rests, and asks nothing the second time", async () => {
    const manifest = contents.refer(await instance.sign(statement()));
    const evidence = { kind: "keyless", identity: "workflow", ...SIGNER, manifest };
    assert.deepEqual(await verify(), { kind: "signed", by: "workflow", evidence });
    const before = registry.seen.length;
    assert.deepEqual(await verify(), { kind: "signed", by: "workflow", evidence });
    assert.equal(registry.seen.length, before);
  });

  it("refuses it in another stage and in another repository, and asks for nothing there", async () => {
    contents.refer(await instance.sign(statement()));
    assert.deepEqual(codes(await verify("prod")), ["no-trusted-key"]);
    assert.deepEqual(codes(await verify("inttest", "other/app")), ["no-trusted-key"]);
    assert.equal(registry.seen.length, 0);
  });

  it("says why each candidate is refused: a stranger's key, another identity, another image, an attestation", async () => {
    contents.refer(bundleOf(envelopeOf(JSON.stringify(statement()), keyPair("stranger"))));
    contents.refer(await instance.sign(statement(), { issuer: "https://gitlab.com" }));
    contents.refer(await instance.sign(statement(digestOf("another image"))));
    contents.refer(await instance.sign({ ...statement(), predicateType: "https://slsa.dev/provenance/v1" }));
    assert.deepEqual(codes(await verify()), ["untrusted-key", "untrusted-identity", "other-digest", "predicate-type"]);
  });

  it("accepts it beside any number of others up to the limit, and refuses among a thousand in bounded work", async () => {
    const listed = (count: number): void => {
      for (let n = 0; n < count; n++) contents.listed(digestOf(`missing ${n}`));
    };
    listed(1000);
    contents.refer(await instance.sign(statement()));
    const refused = codes(await verify());
    assert.equal(refused[0], "too-many-candidates");
    assert.ok(registry.seen.length < 150, String(registry.seen.length));
    contents = new HostileContents(`${MANIFEST} `);
    listed(60);
    contents.refer(await instance.sign(statement()));
    assert.deepEqual(codes(await verify()), ["signed"]);
  });

  it("refuses a bundle nested a thousand levels deep and a signature manifest of 50 MB", async () => {
    const deep = JSON.parse("[".repeat(1000) + "]".repeat(1000)) as unknown;
    contents.refer(await instance.sign(statement(), { parts: { extra: deep } }));
    const huge = contents.listed(digestOf("huge"));
    contents.set(`manifests/${huge}`, answers(200, Buffer.alloc(50_000_000), { "content-type": OCI_MANIFEST }));
    assert.deepEqual(codes(await verify()), ["too-deep", "registry-failure"]);
  });

  it("refuses a certificate in cosign's older format", async () => {
    const payload = Buffer.from("{}");
    const annotations = {
      "dev.cosignproject.cosign/signature": Buffer.from("signature").toString("base64"),
      "dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----",
    };
    contents.tag({ payload, annotations });
    assert.deepEqual(codes(await verify()), ["keyless-simple-signing"]);
  });
});
