import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { run } from "../../../src/adapters/processes.ts";
import type { SignatureVerdict } from "../../../src/adapters/signatures/verdict.ts";
import { verifySignature } from "../../../src/adapters/signatures/verify-signature.ts";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { digestOf, hexOf, type Digest } from "../../../src/model/digest.ts";
import { OCI_MANIFEST, startHostileRegistry, type HostileRegistry } from "../registry/hostile-registry.ts";
import { MANIFEST, quickClient } from "../registry/quick-client.ts";
import { bundleOf, envelopeOf, keyPair, STATEMENT, type KeyPair } from "./fixtures.ts";
import { HostileContents } from "./hostile-contents.ts";

const release = keyPair("release");
const stranger = keyPair("stranger");
const OTHER = digestOf("another image");
/** Hundreds of verifications, or processes that start, on a machine that does other things besides. */
const SLOW_MS = 60_000;

function bundle(by: KeyPair, subject: Digest): Buffer {
  return bundleOf(envelopeOf(JSON.stringify({ ...STATEMENT, subject: [{ digest: { sha256: hexOf(subject) } }] }), by));
}

describe("verifySignature, with a store that others write to", () => {
  let contents: HostileContents;
  let registry: HostileRegistry;
  let folder: string;

  beforeEach(async () => {
    contents = new HostileContents(MANIFEST);
    registry = await startHostileRegistry((request, response) => {
      contents.behave(request, response);
    });
    folder = await mkdtemp(join(tmpdir(), "lockstep-evidence-"));
  });
  afterEach(async () => {
    await registry[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const verify = (store: string): Promise<SignatureVerdict> =>
    verifySignature(
      {
        reference: { registry: registry.registry, repository: "ehealth/app", digest: contents.subject },
        keys: [release.trusted],
      },
      { registry: quickClient(), store: new ContentStore(store) },
    );

  /** Everything that somebody without the key can have: true signatures of other images among it. */
  function loot(): readonly Uint8Array[] {
    const bundles = [bundle(release, OTHER), bundle(stranger, contents.subject), bundle(stranger, OTHER)];
    const manifests = bundles.map((bytes) => {
      const layer = {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        digest: digestOf(bytes),
        size: bytes.length,
      };
      const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 };
      const subject = { mediaType: OCI_MANIFEST, digest: contents.subject, size: 1 };
      const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer], subject };
      return Buffer.from(JSON.stringify(manifest));
    });
    const verdict = Buffer.from(JSON.stringify({ kind: "signed", by: "release" }));
    return [...bundles, ...manifests, Buffer.from(MANIFEST), verdict, Buffer.alloc(0)];
  }

  it("never calls anything signed because of what was planted, whatever and wherever", async () => {
    const pieces = loot();
    const digests = [...pieces.map((bytes) => digestOf(bytes)), OTHER];
    const plant = fc.record({
      content: fc.oneof(fc.constantFrom(...pieces), fc.uint8Array()),
      /** Its own digest, or any other's. */
      under: fc.option(fc.constantFrom(...digests)),
    });
    const hints = fc.array(fc.oneof(fc.constantFrom(...digests.map(hexOf)), fc.stringMatching(/^[a-z0-9.]{3,64}$/)));
    let planted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(plant, { minLength: 1, maxLength: 12 }), hints, async (plants, names) => {
        const store = join(folder, String(planted++));
        for (const { content, under } of plants) await writeEntry(store, under ?? digestOf(content), content);
        await writeHints(store, contents.subject, names);
        assert.equal((await verify(store)).kind, "unsigned");
      }),
      { numRuns: 60 },
    );
  }).timeout(SLOW_MS);

  it("calls what is signed so with anything planted in place of any entry, and with any hint", async () => {
    contents.refer(bundle(release, contents.subject));
    assert.equal((await verify(folder)).kind, "signed");
    const entries = await filesIn(join(folder, "sha256"));
    for (const file of entries) {
      for (const content of loot()) {
        await writeFile(file, content);
        assert.equal((await verify(folder)).kind, "signed");
        assert.equal(digestOf(await readFile(file)), `sha256:${file.slice(-64)}`, "it is put right again");
      }
    }
    await writeHints(folder, contents.subject, [hexOf(OTHER), hexOf(contents.subject)]);
    assert.equal((await verify(folder)).kind, "signed");
  }).timeout(SLOW_MS);

  it("asks the network nothing about what two processes verified at once in one store", async () => {
    contents.refer(bundle(release, contents.subject));
    const rounds = 20;
    const key = join(folder, "key.pem");
    await writeFile(key, release.trusted.publicKey.export({ type: "spki", format: "pem" }));
    const script = join(import.meta.dirname, "verifying-process.ts");
    const args = [script, registry.registry, contents.subject, key, folder, String(rounds)];
    const both = await Promise.all([run(process.execPath, args), run(process.execPath, args)]);
    assert.deepEqual(
      both.map(({ stdout }) => Number(stdout)),
      [rounds, rounds],
    );
    const before = registry.seen.length;
    for (let round = 0; round < rounds; round++)
      assert.equal((await verify(join(folder, String(round)))).kind, "signed");
    assert.equal(registry.seen.length, before);
    const left = (await filesIn(folder)).filter((file) => file.endsWith(".tmp"));
    assert.deepEqual(left, []);
  }).timeout(SLOW_MS);
});

async function writeEntry(store: string, digest: Digest, content: Uint8Array): Promise<void> {
  const hex = hexOf(digest);
  await mkdir(join(store, "sha256", hex.slice(0, 2)), { recursive: true });
  await writeFile(join(store, "sha256", hex.slice(0, 2), hex), content);
}

async function writeHints(store: string, subject: Digest, names: readonly string[]): Promise<void> {
  await mkdir(join(store, "hints", hexOf(subject)), { recursive: true });
  await Promise.all(
    names
      .filter((name) => !/^\.+$/.test(name))
      .map((name) => writeFile(join(store, "hints", hexOf(subject), name), "signed")),
  );
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
