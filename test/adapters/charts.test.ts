import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchCharts } from "../../src/adapters/charts.ts";
import { ContentStore } from "../../src/adapters/store/content-store.ts";
import { digestOf, hexOf, type Digest } from "../../src/model/digest.ts";
import type { PinnedReference } from "../../src/model/reference.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { answers, answersManifest, startHostileRegistry } from "./registry/hostile-registry.ts";
import { chartManifest, type ChartParts } from "./store/sample-chart.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const archive = new TextEncoder().encode("a chart's archive");
const config = new TextEncoder().encode('{"name":"web-service","version":"1.0.0"}');
const manifestOf = (parts?: ChartParts): Uint8Array => new TextEncoder().encode(chartManifest(archive, config, parts));

/** Discard's port: nothing listens there, so that only the store can answer. */
function pinned(digest: Digest, registry = "127.0.0.1:9"): PinnedReference {
  return { registry, repository: "charts/web-service", tag: "1.0.0", digest };
}

function codesOf(outcome: Outcome<unknown>): string[] {
  return outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code) : [];
}

/** With a store of its own, which LOCKSTEP_STORE names. */
async function withStore(test: (store: ContentStore, folder: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const before = process.env["LOCKSTEP_STORE"];
    process.env["LOCKSTEP_STORE"] = folder;
    try {
      await test(new ContentStore(folder), folder);
    } finally {
      if (before === undefined) delete process.env["LOCKSTEP_STORE"];
      else process.env["LOCKSTEP_STORE"] = before;
    }
  });
}

describe("fetchCharts", () => {
  it("needs no registry for a chart that is in the store, however many pin it", async () => {
    await withStore(async (store) => {
      const digest = await store.put(manifestOf());
      await store.put(config);
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
      const digest = await store.put(manifestOf({ layers: ["application/vnd.oci.image.layer.v1.tar+gzip"] }));
      assert.deepEqual(codesOf(await fetchCharts([pinned(digest)])), ["registry-wrong-media-type"]);
    });
  });

  it("reports every chart that neither the store nor a registry has", async () => {
    await withStore(async () => {
      const charts = await fetchCharts([pinned(digestOf("a")), pinned(digestOf("b"))]);
      assert.equal(codesOf(charts).length, 2);
    });
  }).timeout(30_000);

  it("refuses a chart that is in the store, where it is pinned under another version", async () => {
    await withStore(async (store) => {
      const digest = await store.put(manifestOf());
      await store.put(config);
      await store.fill(digestOf(archive), (file) => writeFile(file, archive));
      const charts = await fetchCharts([pinned(digest), { ...pinned(digest), tag: "1.0.1" }]);
      assert.deepEqual(codesOf(charts), ["registry-other-chart"]);
    });
  });

  it("refuses a store in which something is in the way, once", async () => {
    await withStore(async (store, folder) => {
      const digest = await store.put(manifestOf());
      await store.put(config);
      await mkdir(join(folder, "charts", `${hexOf(digestOf(archive))}.tgz`), { recursive: true });
      await using server = await startHostileRegistry(answers(200, archive));
      const [one, two] = [pinned(digest, server.registry), pinned(digest, server.registry)];
      const charts = await fetchCharts([one, { ...two, repository: "more/web-service" }]);
      assert.deepEqual(codesOf(charts), ["store-not-writable"]);
    });
  });

  it("ends at the signal, and only when every download has ended", async () => {
    await withStore(async (_, folder) => {
      const controller = new AbortController();
      let begun = 0;
      await using server = await startHostileRegistry((request, response) => {
        if (request.path.includes("/manifests/")) answersManifest(manifestOf())(request, response);
        else if (request.path.includes(digestOf(config))) answers(200, config)(request, response);
        else {
          response.writeHead(200).write("half");
          if (++begun === 8) controller.abort();
        }
      });
      const references = Array.from({ length: 8 }, (__, n) => ({
        ...pinned(digestOf(manifestOf()), server.registry),
        repository: `charts-${n}/web-service`,
      }));
      await assert.rejects(fetchCharts(references, { signal: controller.signal }), { name: "AbortError" });
      assert.deepEqual(await readdir(join(folder, "charts")), []);
    });
  });
});
