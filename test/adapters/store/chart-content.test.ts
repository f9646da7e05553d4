import assert from "node:assert/strict";
import { chartArchive } from "../../../src/adapters/store/chart-content.ts";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { startHostileRegistry } from "../registry/hostile-registry.ts";
import { hasCode, quickClient } from "../registry/quick-client.ts";
import { HostileContents } from "../signatures/hostile-contents.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { chartManifest, type ChartParts } from "./sample-chart.ts";

const archive = Buffer.from("a chart's archive");

describe("chartArchive", () => {
  async function read(tag: string, config: unknown, parts: ChartParts = {}, repository = "ehealth/app"): Promise<void> {
    const bytes = Buffer.from(typeof config === "string" ? config : JSON.stringify(config));
    const contents = new HostileContents(chartManifest(archive, bytes, parts));
    contents.blob(bytes);
    await using server = await startHostileRegistry(contents.behave);
    await inTemporaryFolder(async (folder) => {
      const store = new ContentStore(folder);
      const reference = { registry: server.registry, repository, tag, digest: contents.subject };
      const found = await chartArchive(reference, { registry: quickClient(), store });
      assert.equal(found.digest, digestOf(archive));
      const offline = quickClient({ fetch: () => assert.fail("asked the network") });
      assert.deepEqual(await chartArchive(reference, { registry: offline, store }), found);
    });
  }

  it("takes the chart that the reference names, and asks the network nothing the second time", async () => {
    await read("1.0.0", { name: "app", version: "1.0.0", other: "field" });
  });

  it("takes the tag that Helm writes for a version with a plus sign", async () => {
    await read("1.0.0_build.5", { name: "app", version: "1.0.0+build.5" });
  });

  for (const [what, config] of [
    ["another name", { name: "other", version: "1.0.0" }],
    ["a longer name", { name: "ehealth/app", version: "1.0.0" }],
    ["another version", { name: "app", version: "1.0.1" }],
  ] as const) {
    it(`refuses a chart of ${what}`, async () => {
      await assert.rejects(read("1.0.0", config), hasCode("other-chart"));
    });
  }

  for (const [what, config] of [
    ["that is not JSON", "name: app"],
    ["without a version", { name: "app" }],
  ] as const) {
    it(`refuses a configuration ${what}`, async () => {
      await assert.rejects(read("1.0.0", config), hasCode("malformed"));
    });
  }

  for (const [what, parts] of [
    ["an image's configuration", { config: "application/vnd.oci.image.config.v1+json" }],
    ["an image's layer", { layers: ["application/vnd.oci.image.layer.v1.tar+gzip"] }],
    ["no layer", { layers: [] }],
    [
      "two archives",
      { layers: Array.from({ length: 2 }, () => "application/vnd.cncf.helm.chart.content.v1.tar+gzip") },
    ],
  ] as const) {
    it(`takes nothing with ${what} for a chart`, async () => {
      await assert.rejects(read("1.0.0", { name: "app", version: "1.0.0" }, parts), hasCode("wrong-media-type"));
    });
  }

  it("reads no configuration but the manifest's own", async () => {
    const config = Buffer.from('{"name":"app","version":"1.0.0"}');
    const contents = new HostileContents(chartManifest(archive, config));
    contents.set(`blobs/${digestOf(config)}`, (_, response) =>
      response.end(config.toString().replace("1.0.0", "1.0.1")),
    );
    await using server = await startHostileRegistry(contents.behave);
    await inTemporaryFolder(async (folder) => {
      const reference = {
        registry: server.registry,
        repository: "ehealth/app",
        tag: "1.0.1",
        digest: contents.subject,
      };
      const reading = chartArchive(reference, { registry: quickClient(), store: new ContentStore(folder) });
      await assert.rejects(reading, hasCode("digest-mismatch"));
    });
  });
});
