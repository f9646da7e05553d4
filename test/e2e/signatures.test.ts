import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { registryClient, type DigestReference } from "../../src/adapters/registry/registry-client.ts";
import { verifySignature } from "../../src/adapters/signatures/verify-signature.ts";
import type { SignatureVerdict } from "../../src/adapters/signatures/verdict.ts";
import { ContentStore } from "../../src/adapters/store/content-store.ts";
import { hexOf } from "../../src/model/digest.ts";
import { renderReference } from "../../src/model/reference.ts";
import { offlineCosign, type Cosign, type SignatureFormat, type Signer } from "./cosign.ts";
import { startOlareg, type Olareg } from "./olareg.ts";
import { sampleContent, type SampleContent } from "./sample-content.ts";
import { toolPath } from "./tools.ts";

/** olareg with and without its referrers API; without, cosign keeps the list under the tag `sha256-<hex>`. */
for (const referrersApi of [true, false]) {
  describe(`signatures in a registry ${referrersApi ? "with" : "without"} the referrers API`, () => {
    let folder: string;
    let olareg: Olareg;
    let cosign: Cosign;
    let content: SampleContent;
    let release: Signer;
    let stranger: Signer;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "lockstep-signatures-"));
      olareg = await startOlareg({ referrersApi });
      cosign = await offlineCosign(folder);
      content = sampleContent(olareg.registry, folder);
      release = await cosign.generateKey("release");
      stranger = await cosign.generateKey("stranger");
    });

    after(async () => {
      await olareg.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const emptyStore = async (): Promise<ContentStore> => new ContentStore(await mkdtemp(join(folder, "store-")));

    const verify = async (reference: DigestReference, store?: ContentStore): Promise<SignatureVerdict> =>
      verifySignature(
        { reference, keys: [release.trusted] },
        { registry: registryClient(), store: store ?? (await emptyStore()) },
      );

    const sign = (reference: DigestReference, signer: Signer, format?: SignatureFormat): Promise<void> =>
      cosign.sign(byDigest(reference), signer, format);

    for (const format of ["bundle", "simple-signing"] as const) {
      it(`accepts an image that the trusted key signed as ${format}, as cosign does`, async () => {
        const image = await content.image("ehealth/signed", format);
        await sign(image, release, format);
        const verdict = await verify(image);
        assertSigned(verdict, release);
        assert.ok(verdict.evidence.kind === "keyed");
        assert.equal(verdict.evidence.format, format);
        assert.equal(await cosign.verifies(byDigest(image), release), true);
      });

      it(`refuses an image that a stranger signed as ${format}`, async () => {
        const image = await content.image("ehealth/strange", format);
        await sign(image, stranger, format);
        assertUnsigned(await verify(image), "untrusted-key");
      });

      it(`accepts an image that a stranger and then the trusted key signed as ${format}`, async () => {
        const image = await content.image("ehealth/twice", format);
        await sign(image, stranger, format);
        await sign(image, release, format);
        await sign(image, release, format);
        assertSigned(await verify(image), release);
      });

      it(`accepts a chart that the trusted key signed as ${format}`, async () => {
        const chart = await content.chart(`web-${format}`, "1.0.0");
        assertUnsigned(await verify(chart), "no-evidence");
        await sign(chart, release, format);
        assertSigned(await verify(chart), release);
      });

      it(`asks the network nothing about what it verified before as ${format}`, async () => {
        const image = await content.image("ehealth/warm", format);
        await sign(image, release, format);
        const store = await emptyStore();
        assertSigned(await verify(image, store), release);
        const registry = registryClient({ fetch: () => assert.fail("asked the network") });
        const sources = { registry, store };
        assertSigned(await verifySignature({ reference: image, keys: [release.trusted] }, sources), release);
      });
    }

    it("refuses an image that nobody signed", async () => {
      assertUnsigned(await verify(await content.image("ehealth/unsigned", "1")), "no-evidence");
    });

    it("refuses an image that the trusted key only attested, though cosign accepts it", async () => {
      const image = await content.image("ehealth/attested", "1");
      await cosign.attest(byDigest(image), release);
      assertUnsigned(await verify(image), "predicate-type");
      assert.equal(await cosign.verifies(byDigest(image), release), true);
    });

    it("accepts an image that was attested and signed", async () => {
      const image = await content.image("ehealth/both", "1");
      await cosign.attest(byDigest(image), release);
      await sign(image, release);
      assertSigned(await verify(image), release);
    });

    it("refuses a payload under the `.sig` tag that was copied from another image", async () => {
      const signed = await content.image("ehealth/copied", "signed");
      const target = await content.image("ehealth/copied", "target");
      await sign(signed, release, "simple-signing");
      await crane("copy", signatureTag(signed), signatureTag(target));
      assertUnsigned(await verify(target), "other-digest");
    });

    it("refuses a bundle that was copied from another image under a manifest about this one", async () => {
      const signed = await content.image("ehealth/moved", "signed");
      const target = await content.image("ehealth/moved", "target");
      await sign(signed, release);
      await retarget(signed, target);
      assertUnsigned(await verify(target), "other-digest");
    });

    it("accepts a multi-architecture index by the index's own signature, and not by its images'", async () => {
      const images = await Promise.all(["a", "b"].map((tag) => content.image("ehealth/multi", tag)));
      const index = await content.index("ehealth/multi", "1", images);
      for (const image of images) await sign(image, release);
      assertUnsigned(await verify(index), "no-evidence");
      await sign(index, release);
      assertSigned(await verify(index), release);
    });

    for (const kind of ["rsa", "p384"] as const) {
      for (const format of ["bundle", "simple-signing"] as const) {
        it(`accepts a signature by a key of kind ${kind} as ${format}`, async () => {
          const image = await content.image(`ehealth/${kind}`, format);
          const signer = await cosign.importKey(`${kind}-${format}`, kind);
          await sign(image, signer, format);
          const sources = { registry: registryClient(), store: await emptyStore() };
          assertSigned(await verifySignature({ reference: image, keys: [signer.trusted] }, sources), signer);
        });
      }
    }

    it("finds evidence again in the registry where the store's was changed", async () => {
      const image = await content.image("ehealth/poisoned", "1");
      await sign(image, release);
      const root = await mkdtemp(join(folder, "store-"));
      const store = new ContentStore(root);
      assertSigned(await verify(image, store), release);
      await overwriteAll(join(root, "sha256"));
      assertSigned(await verify(image, store), release);
      const offline = registryClient({ fetch: () => assert.fail("asked the network") });
      const sources = { registry: offline, store };
      assertSigned(await verifySignature({ reference: image, keys: [release.trusted] }, sources), release);
    });

    const crane = (...args: readonly string[]): Promise<unknown> => run(toolPath("crane"), args, { cwd: folder });

    /** Pushes the manifest of a bundle once more, with another subject: what somebody with push rights can do. */
    async function retarget(signed: DigestReference, target: DigestReference): Promise<void> {
      const registry = registryClient();
      const [entry] = await registry.referrers(signed);
      assert.ok(entry);
      const { bytes } = await registry.manifest({ ...named(signed), digest: entry.digest });
      const text = Buffer.from(bytes).toString().replaceAll(signed.digest, target.digest);
      const { size } = await manifestOf(target);
      const manifest = JSON.parse(text) as { subject: { size: number } };
      manifest.subject.size = size;
      const tag = referrersApi ? "retargeted" : `sha256-${hexOf(target.digest)}`;
      const pushed = await push(target, "retargeted", JSON.stringify(manifest), IMAGE_MANIFEST);
      if (referrersApi) return;
      const listed = { mediaType: IMAGE_MANIFEST, ...pushed };
      await push(
        target,
        tag,
        JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests: [listed] }),
        IMAGE_INDEX,
      );
    }

    async function manifestOf(reference: DigestReference): Promise<{ size: number }> {
      return { size: (await registryClient().manifest(reference)).bytes.byteLength };
    }

    async function push(
      { registry, repository }: DigestReference,
      tag: string,
      body: string,
      contentType: string,
    ): Promise<{ digest: string; size: number }> {
      const response = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
        method: "PUT",
        headers: { "content-type": contentType },
        body,
      });
      assert.equal(response.status, 201, await response.text());
      return { digest: response.headers.get("docker-content-digest") ?? "", size: Buffer.byteLength(body) };
    }
  });
}

const IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const IMAGE_INDEX = "application/vnd.oci.image.index.v1+json";

function byDigest(reference: DigestReference): string {
  return renderReference({ ...named(reference), digest: reference.digest });
}

function named({ registry, repository }: DigestReference): { registry: string; repository: string } {
  return { registry, repository };
}

function signatureTag(reference: DigestReference): string {
  return renderReference({ ...named(reference), tag: `sha256-${hexOf(reference.digest)}.sig` });
}

function assertSigned(
  verdict: SignatureVerdict,
  signer: Signer,
): asserts verdict is Extract<SignatureVerdict, { kind: "signed" }> {
  assert.equal(verdict.kind, "signed", JSON.stringify(verdict));
  assert.equal(verdict.by, signer.trusted.name);
}

function assertUnsigned(verdict: SignatureVerdict, code: string): void {
  assert.ok(verdict.kind === "unsigned", JSON.stringify(verdict));
  assert.deepEqual([...new Set(verdict.reasons.map((reason) => reason.code))], [code], JSON.stringify(verdict.reasons));
}

async function overwriteAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  assert.notEqual(files.length, 0);
  await Promise.all(files.map(({ parentPath, name }) => writeFile(join(parentPath, name), "planted")));
}
