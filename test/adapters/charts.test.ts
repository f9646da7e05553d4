import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { fetchCharts } from "../../src/adapters/charts.ts";
import { ContentStore } from "../../src/adapters/store/content-store.ts";
import { digestOf, type Digest } from "../../src/model/digest.ts";
import type { PinnedReference } from "../../src/model/reference.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const archive = new TextEncoder().encode("a chart's archive");

/** Discard's port: nothing listens there, so that only the store can answer. */
function pinned(digest: Digest): PinnedReference {
  return { registry: "127.0.0.1:9", repository: "charts/web-service", tag: "1.0.0", digest };
}

function manifestOf(mediaType: string): Uint8Array {
  const blob = (type: string, bytes: Uint8Array): object => ({
    mediaType: type,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: blob("application/vnd.cncf.helm.config.v1+json", new TextEncoder().encode("{}")),
    layers: [blob(mediaType, archive)],
  };
  return new TextEncoder().encode(JSON.stringify(manifest));
}

function codesOf(outcome: Outcome<unknown>): string[] {
  return outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code) : [];
}

/** With a store of its own, which LOCKSTEP_STORE names. */
async function withStore(test: (store: ContentStore) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const before = process.env["LOCKSTEP_STORE"];
    process.env["LOCKSTEP_STORE"] = folder;
    try {
      await test(new ContentStore(folder));
    } finally {
      if (before === undefined) delete process.env["LOCKSTEP_STORE"];
      else process.env["LOCKSTEP_STORE"] = before;
    }
  });
}

describe("fetchCharts", () => {
  it("needs no registry for a chart that is in the store, however many pin it", async () => {
    await withStore(async (store) => {
      const digest = await store.put(manifestOf(CHART));
      await store.fill(digestOf(archive), (file) => writeFile(file, archive));
      const charts = await fetchCharts([pinned(digest), pinned(digest)]);
      assert.ok(charts.kind === "accepted");
      assert.deepEqual(new Uint8Array(await readFile(charts.value.get(digest) ?? "")), archive);
      assert.equal(charts.value.size, 1);
    });
  });

  it("fetches nothing for a stage without pins", async () => {
    await withStore(async () => {
      const charts = await fetchCharts([]);
      assert.ok(charts.kind === "accepted" && charts.value.size === 0);
    });
  });

  it("refuses an image where a chart was pinned", async () => {
    await withStore(async (store) => {
      const digest = await store.put(manifestOf("application/vnd.oci.image.layer.v1.tar+gzip"));
      assert.deepEqual(codesOf(await fetchCharts([pinned(digest)])), ["registry-wrong-media-type"]);
    });
  });

  it("reports every chart that neither the store nor a registry has", async () => {
    await withStore(async () => {
      const charts = await fetchCharts([pinned(digestOf("a")), pinned(digestOf("b"))]);
      assert.equal(codesOf(charts).length, 2);
    });
  }).timeout(30_000);
});
