import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveVersion, verifyVersion, type PinnedQuestion } from "../../src/adapters/versions.ts";
import { digestOf, hexOf } from "../../src/model/digest.ts";
import { NO_IMAGE_KEYS, type ImageKey } from "../../src/model/image-keys.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { answersManifest, startHostileRegistry } from "./registry/hostile-registry.ts";
import { bundleOf, envelopeOf, keyPair, STATEMENT } from "./signatures/fixtures.ts";
import { HostileContents } from "./signatures/hostile-contents.ts";
import { chartManifest } from "./store/sample-chart.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const release = keyPair("release");
const key: ImageKey = { ...release.trusted, fingerprint: "f0", stages: ["*"], repositories: ["*:*/**"] };
const config = Buffer.from('{"name":"app","version":"1.0.0"}');
const CHART = chartManifest(Buffer.from("archive"), config);

const NOTHING_REVOKED = { keys: [], digests: [], statements: [] };

interface Trial {
  readonly question: PinnedQuestion;
  readonly contents: HostileContents;
  readonly asked: () => readonly string[];
}

/** A chart ehealth/app:1.0.0 in a registry, and a store that LOCKSTEP_STORE names. */
async function withChart(
  test: (trial: Trial) => Promise<void>,
  store = (folder: string): Promise<string> => Promise.resolve(folder),
): Promise<void> {
  const contents = new HostileContents(CHART);
  contents.blob(config);
  contents.set("manifests/1.0.0", answersManifest(CHART));
  const subject = [{ digest: { sha256: hexOf(contents.subject) } }];
  contents.refer(bundleOf(envelopeOf(JSON.stringify({ ...STATEMENT, subject }), release)));
  await using server = await startHostileRegistry(contents.behave);
  const reference = { registry: server.registry, repository: "ehealth/app", tag: "1.0.0", digest: contents.subject };
  const keys = [{ ...key, repositories: [`${server.registry}/**`] }];
  const trust = { imageKeys: { keys, identities: [] }, trustedRoot: undefined, revocations: NOTHING_REVOKED };
  const { signal } = new AbortController();
  const question = { stage: "inttest", kind: "chart" as const, reference, trust, place: {}, signal };
  await inTemporaryFolder(async (folder) => {
    const before = process.env["LOCKSTEP_STORE"];
    process.env["LOCKSTEP_STORE"] = await store(folder);
    try {
      await test({ question, contents, asked: () => server.seen.map(({ path }) => path) });
    } finally {
      if (before === undefined) delete process.env["LOCKSTEP_STORE"];
      else process.env["LOCKSTEP_STORE"] = before;
    }
  });
}

function said(outcome: Outcome<{ readonly signedBy: string }>): readonly string[] {
  return outcome.kind === "refused"
    ? outcome.refusals.map(({ code }) => code)
    : [`signed by ${outcome.value.signedBy}`];
}

describe("resolveVersion", () => {
  it("takes a signed chart by its tag, alone or with the digest that the tag stands for", async () => {
    await withChart(async ({ question }) => {
      const { digest, ...tagged } = question.reference;
      const found = await resolveVersion({ ...question, reference: tagged });
      assert.deepEqual(said(found), ["signed by release"]);
      assert.equal(found.kind === "accepted" && found.value.reference.digest, digest);
      assert.deepEqual(said(await resolveVersion(question)), ["signed by release"]);
    });
  });

  it("refuses a digest that is signed and there, where the tag stands for another one now", async () => {
    await withChart(async ({ question, contents }) => {
      contents.set("manifests/1.0.0", answersManifest(chartManifest(Buffer.from("later"), config)));
      assert.deepEqual(said(await resolveVersion(question)), ["tag-moved"]);
    });
  });

  it("refuses a chart under another name, and says at the same time that nobody signed it", async () => {
    await withChart(async ({ question, contents }) => {
      const other = Buffer.from('{"name":"other","version":"1.0.0"}');
      contents.blob(other);
      const manifest = chartManifest(Buffer.from("archive"), other);
      for (const name of ["1.0.0", digestOf(manifest)]) contents.set(`manifests/${name}`, answersManifest(manifest));
      const { digest, ...tagged } = question.reference;
      assert.ok(digest !== digestOf(manifest));
      const reasons = said(await resolveVersion({ ...question, reference: tagged }));
      assert.ok(reasons.includes("registry-other-chart") && reasons.length === 2, reasons.join());
    });
  });

  it("refuses what is no chart, though it is signed", async () => {
    await withChart(async ({ question, contents }) => {
      const image = JSON.stringify({ ...(JSON.parse(CHART) as object), layers: [] });
      for (const name of ["1.0.0", digestOf(image)]) contents.set(`manifests/${name}`, answersManifest(image));
      const { digest, ...tagged } = question.reference;
      assert.ok(digest !== digestOf(image));
      assert.ok(said(await resolveVersion({ ...question, reference: tagged })).includes("registry-wrong-media-type"));
    });
  });

  it("refuses a store that is no folder, naming it", async () => {
    const store = async (folder: string): Promise<string> => {
      await writeFile(join(folder, "passwd"), "");
      return join(folder, "passwd");
    };
    await withChart(async ({ question }) => {
      const outcome = await resolveVersion(question);
      assert.deepEqual(said(outcome), ["store-not-writable"]);
      assert.match(JSON.stringify(outcome), /passwd.*LOCKSTEP_STORE/);
    }, store);
  });
});

describe("verifyVersion", () => {
  it("asks for the digest alone, whatever became of the tag, and nothing the second time", async () => {
    await withChart(async ({ question, asked }) => {
      assert.deepEqual(said(await verifyVersion(question)), ["signed by release"]);
      assert.ok(!asked().some((path) => path.endsWith("/manifests/1.0.0")));
      const before = asked().length;
      assert.deepEqual(said(await verifyVersion(question)), ["signed by release"]);
      assert.equal(asked().length, before);
    });
  });

  it("refuses a pinned chart that no key counts for any longer", async () => {
    await withChart(async ({ question }) => {
      const trust = { ...question.trust, imageKeys: NO_IMAGE_KEYS };
      assert.deepEqual(said(await verifyVersion({ ...question, trust })), ["no-trusted-key"]);
    });
  });

  it("refuses what a revoked key signed, and a digest that is revoked", async () => {
    await withChart(async ({ question, contents }) => {
      const revoked = { fingerprint: key.fingerprint, kind: "left", sinceMs: 0, reason: "left" } as const;
      const keys = { ...question.trust, revocations: { ...NOTHING_REVOKED, keys: [revoked] } };
      assert.deepEqual(said(await verifyVersion({ ...question, trust: keys })), ["no-trusted-key"]);
      const digests = [{ digest: contents.subject, reason: "vulnerable" }];
      const trust = { ...question.trust, revocations: { ...NOTHING_REVOKED, digests } };
      assert.deepEqual(said(await verifyVersion({ ...question, trust })), ["revoked-digest"]);
    });
  });
});
