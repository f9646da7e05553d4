import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DigestReference } from "../../../src/adapters/registry/registry-client.ts";
import type { CandidateRefusalCode, SignatureVerdict } from "../../../src/adapters/signatures/verdict.ts";
import { verifySignature, type VerifyOptions } from "../../../src/adapters/signatures/verify-signature.ts";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { digestOf, hexOf } from "../../../src/model/digest.ts";
import { answers, OCI_MANIFEST, startHostileRegistry, type HostileRegistry } from "../registry/hostile-registry.ts";
import { MANIFEST, quickClient } from "../registry/quick-client.ts";
import {
  bundleOf,
  envelopeOf,
  keyPair,
  signatureAnnotation,
  SIMPLE_PAYLOAD,
  STATEMENT,
  type KeyPair,
} from "./fixtures.ts";
import { HostileContents } from "./hostile-contents.ts";

const release = keyPair("release");
const stranger = keyPair("stranger");
const SIGN_HINT = { annotations: { "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1" } };

describe("verifySignature", () => {
  let contents: HostileContents;
  let registry: HostileRegistry;
  let folder: string;
  let store: ContentStore;

  beforeEach(async () => {
    contents = new HostileContents(MANIFEST);
    registry = await startHostileRegistry((request, response) => {
      contents.behave(request, response);
    });
    folder = await mkdtemp(join(tmpdir(), "lockstep-verify-"));
    store = new ContentStore(folder);
  });
  afterEach(async () => {
    await registry[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const bundle = (by: KeyPair, subject = contents.subject): Buffer =>
    bundleOf(envelopeOf(JSON.stringify({ ...STATEMENT, subject: [{ digest: { sha256: hexOf(subject) } }] }), by));

  const payload = (by: KeyPair): { payload: Buffer; annotations: Record<string, string> } => {
    const critical = { ...SIMPLE_PAYLOAD.critical, image: { "docker-manifest-digest": contents.subject } };
    const bytes = Buffer.from(JSON.stringify({ critical }));
    return { payload: bytes, annotations: signatureAnnotation(bytes, by) };
  };

  const reference = (): DigestReference => ({
    registry: registry.registry,
    repository: "ehealth/app",
    digest: contents.subject,
  });

  const verify = (options: VerifyOptions = {}, keys = [release.trusted]): Promise<SignatureVerdict> =>
    verifySignature({ reference: reference(), keys }, { registry: quickClient(), store }, options);

  async function assertSigned(options?: VerifyOptions): Promise<void> {
    const verdict = await verify(options);
    assert.equal(verdict.kind === "signed" && verdict.by, "release", JSON.stringify(verdict));
  }

  async function assertUnsigned(codes: readonly CandidateRefusalCode[], options?: VerifyOptions): Promise<void> {
    const verdict = await verify(options);
    assert.ok(verdict.kind === "unsigned");
    assert.deepEqual(
      verdict.reasons.map(({ code }) => code),
      codes,
      JSON.stringify(verdict.reasons),
    );
  }

  const asked = (part: string): number => registry.seen.filter(({ path }) => path.includes(part)).length;

  it("accepts a bundle by a referrer, and names the key, the format and the manifest", async () => {
    const manifest = contents.refer(bundle(release));
    const evidence = { kind: "keyed", format: "bundle", manifest };
    assert.deepEqual(await verify(), { kind: "signed", by: "release", evidence });
  });

  it("accepts a payload under the `.sig` tag, the second of two as well", async () => {
    const manifest = contents.tag(payload(stranger), payload(release));
    const evidence = { kind: "keyed", format: "simple-signing", manifest };
    assert.deepEqual(await verify(), { kind: "signed", by: "release", evidence });
  });

  it("refuses where nothing is signed, and where no key counts", async () => {
    await assertUnsigned(["no-evidence"]);
    contents.refer(bundle(release));
    const verdict = await verify({}, []);
    assert.ok(verdict.kind === "unsigned");
    assert.equal(verdict.reasons[0]?.code, "no-trusted-key");
  });

  it("says why each candidate is refused", async () => {
    contents.tag(payload(stranger));
    contents.refer(bundle(stranger));
    contents.refer(bundle(release, digestOf("another image")));
    await assertUnsigned(["untrusted-key", "untrusted-key", "other-digest"]);
  });

  it("refuses a bundle whose manifest is about another subject or about none", async () => {
    contents.refer(bundle(release), { subject: { mediaType: OCI_MANIFEST, digest: digestOf("x"), size: 1 } });
    contents.refer(bundle(release), { subject: undefined });
    await assertUnsigned(["other-subject", "other-subject"]);
  });

  it("refuses referrers of other kinds, an index, and a bundle beside something else", async () => {
    const other = { mediaType: "application/spdx+json", digest: digestOf("x"), size: 1 };
    contents.refer(bundle(release), { layers: [other] });
    const two = bundle(release);
    const layer = {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      digest: contents.blob(two),
      size: two.length,
    };
    contents.refer(two, { layers: [layer, other] });
    await assertUnsigned(["other-artifact", "malformed"]);
  });

  it("refuses a referrer whose content is not what the list's digest says", async () => {
    const manifest = contents.refer(bundle(release));
    contents.set(`manifests/${manifest}`, answers(200, MANIFEST, { "content-type": OCI_MANIFEST }));
    await assertUnsigned(["registry-failure"]);
  });

  it("refuses a bundle that is not what the manifest's digest says", async () => {
    const honest = bundle(stranger);
    contents.refer(honest);
    contents.set(`blobs/${digestOf(honest)}`, answers(200, bundle(release).subarray(0, honest.length)));
    await assertUnsigned(["registry-failure"]);
  });

  it("refuses a signature manifest of 50 MB and a bundle that is announced as one, and reads neither", async () => {
    const digest = contents.listed(digestOf("huge"));
    contents.set(`manifests/${digest}`, answers(200, Buffer.alloc(50_000_000), { "content-type": OCI_MANIFEST }));
    const layer = {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      digest: digestOf("b"),
      size: 50_000_000,
    };
    contents.refer(bundle(release), { layers: [layer] });
    await assertUnsigned(["registry-failure", "too-large"]);
    assert.equal(asked(`blobs/${layer.digest}`), 0);
  });

  it("looks at a bounded number of candidates, the likeliest first", async () => {
    for (let n = 0; n < 200; n++) contents.listed(digestOf(`missing ${n}`));
    const verdict = await verify();
    assert.ok(verdict.kind === "unsigned");
    assert.equal(verdict.reasons[0]?.code, "too-many-candidates");
    assert.equal(verdict.reasons.length, 65);
    contents.refer(bundle(release), {}, SIGN_HINT);
    await assertSigned();
  });

  it("looks at a bounded number of payloads under the `.sig` tag", async () => {
    contents.tag(...Array.from({ length: 40 }, () => payload(stranger)), payload(release));
    const verdict = await verify();
    assert.ok(verdict.kind === "unsigned");
    assert.equal(verdict.reasons[0]?.code, "too-many-candidates");
  });

  it("does not believe a list's hints", async () => {
    contents.refer(bundle(stranger), {}, SIGN_HINT);
    await assertUnsigned(["untrusted-key"]);
    contents.refer(bundle(release), {}, { artifactType: "application/spdx+json" });
    await assertSigned();
  });

  for (const status of [401, 429, 500]) {
    it(`refuses with the registry's reason where the list of referrers is answered with ${status}`, async () => {
      contents.refer(bundle(release));
      contents.set(`referrers/${contents.subject}`, answers(status));
      await assertUnsigned(["registry-failure"]);
      contents.tag(payload(release));
      await assertSigned();
    });
  }

  it("refuses where the registry has signatures but not the image", async () => {
    contents.refer(bundle(release));
    contents.set(`manifests/${contents.subject}`, answers(404));
    await assertUnsigned(["registry-failure"]);
  });

  it("refuses, with one reason, when there is no verdict in time", async () => {
    contents.set(`referrers/${contents.subject}`, () => undefined);
    await assertUnsigned(["registry-failure"], { deadlineMs: 100 });
  });

  it("passes the caller's cancellation on", async () => {
    const reason = new Error("interrupted");
    await assert.rejects(verify({ signal: AbortSignal.abort(reason) }), reason);
  });

  describe("with a store", () => {
    it("asks the network nothing the second time", async () => {
      for (const sign of [
        () => contents.refer(bundle(release)),
        () => contents.tag(payload(stranger), payload(release)),
      ]) {
        contents = new HostileContents(`${MANIFEST}${" ".repeat(registry.seen.length)}`);
        sign();
        await assertSigned();
        const before = registry.seen.length;
        await assertSigned();
        assert.equal(registry.seen.length, before);
      }
    });

    it("keeps no verdict: other keys, other answer", async () => {
      contents.refer(bundle(release));
      await assertSigned();
      assert.equal((await verify({}, [stranger.trusted])).kind, "unsigned");
    });

    it("believes nothing that was planted there", async () => {
      const strangers = new HostileContents(MANIFEST);
      const planted = bundle(stranger);
      strangers.refer(planted);
      await store.put(Buffer.from(MANIFEST));
      await store.put(planted);
      const layer = {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        digest: digestOf(planted),
        size: planted.length,
      };
      const subject = { mediaType: OCI_MANIFEST, digest: contents.subject, size: 1 };
      const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 };
      const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [layer], subject }));
      await store.addHint(contents.subject, await store.put(manifest));
      await store.addHint(contents.subject, digestOf("nothing"));
      await assertUnsigned(["no-evidence"]);
    });

    it("asks the registry again where anything in it was changed", async () => {
      contents.refer(bundle(release));
      await assertSigned();
      const files = await readdir(join(folder, "sha256"), { recursive: true, withFileTypes: true });
      for (const { parentPath, name } of files.filter((file) => file.isFile())) {
        const before = registry.seen.length;
        await writeFile(join(parentPath, name), "planted");
        await assertSigned();
        assert.ok(registry.seen.length > before, name);
      }
    });

    it("verifies without one that can be written", async () => {
      await writeFile(join(folder, "file"), "");
      store = new ContentStore(join(folder, "file", "store"));
      contents.refer(bundle(release));
      await assertSigned();
    });
  });
});
