import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImageLabels } from "../../src/adapters/registry/image-labels.ts";
import { registryClient } from "../../src/adapters/registry/registry-client.ts";
import { RegistryError, type RegistryErrorCode } from "../../src/adapters/registry/registry-error.ts";
import { run } from "../../src/adapters/processes.ts";
import { chartFile } from "../../src/adapters/store/chart-file.ts";
import { ContentStore } from "../../src/adapters/store/content-store.ts";
import { digestOf } from "../../src/model/digest.ts";
import { startOlareg, type Olareg } from "./olareg.ts";
import { sampleContent, type SampleContent } from "./sample-content.ts";
import { toolPath } from "./tools.ts";

describe("a real registry", () => {
  const registry = registryClient();
  const offline = registryClient({ fetch: () => assert.fail("asked the network") });
  let folder: string;
  let olareg: Olareg;
  let content: SampleContent;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-registry-"));
    olareg = await startOlareg();
    content = sampleContent(olareg.registry, folder);
  });

  after(async () => {
    await olareg.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const emptyStore = async (): Promise<ContentStore> => new ContentStore(await mkdtemp(join(folder, "store-")));

  it("resolves a tag to the digest that crane reports", async () => {
    const { digest, ...tagged } = await content.image("ehealth/app", "1.0.0");
    assert.equal(await registry.resolve(tagged), digest);
  });

  it("shows labels and annotations of an image", async () => {
    const image = await content.image("ehealth/labelled", "1.0.0", { "lockstep.schema.supports": "12-14", a: "b=c" });
    const { labels, disagreeing, digest } = await readImageLabels(registry, image);
    assert.deepEqual([labels, disagreeing], [{ a: "b=c", "lockstep.schema.supports": "12-14" }, []]);
    assert.equal(digest, image.digest);
  });

  it("shows the labels on which all platforms of an index agree, and names the others", async () => {
    const images = [
      await content.image("ehealth/multi", "a", { same: "1", other: "1" }),
      await content.image("ehealth/multi", "b", { same: "1", other: "2", alone: "1" }),
    ];
    const facts = await readImageLabels(registry, await content.index("ehealth/multi", "1", images));
    assert.deepEqual(facts.labels, { same: "1" });
    assert.deepEqual(facts.disagreeing, ["alone", "other"]);
  });

  it("keeps a chart as helm packaged it, and needs no registry for it again", async () => {
    const chart = await content.chart("web-service", "1.2.3");
    const store = await emptyStore();
    const file = await chartFile(chart, { registry, store });
    assert.match((await run(toolPath("helm"), ["show", "chart", file])).stdout, /name: web-service/);
    const bytes = await readFile(file);
    assert.equal(await chartFile(chart, { registry: offline, store }), file);
    await writeFile(file, "planted");
    assert.equal(await chartFile(chart, { registry, store }), file);
    assert.deepEqual(await readFile(file), bytes);
  });

  it("takes no image for a chart and no chart for an image", async () => {
    const image = await content.image("ehealth/image", "1");
    const chart = await content.chart("chart", "1.0.0");
    await refuses(chartFile(image, { registry, store: await emptyStore() }), "wrong-media-type");
    await refuses(readImageLabels(registry, chart), "wrong-media-type");
  });

  it("says not-found for a repository, a tag and a digest that are not there", async () => {
    const { registry: host } = olareg;
    await content.image("ehealth/there", "1");
    await refuses(registry.resolve({ registry: host, repository: "ehealth/missing", tag: "1" }), "not-found");
    await refuses(registry.resolve({ registry: host, repository: "ehealth/there", tag: "2" }), "not-found");
    const digest = digestOf("missing");
    await refuses(registry.resolve({ registry: host, repository: "ehealth/there", digest }), "not-found");
  });

  it("says unreachable for a registry that has ended", async () => {
    const ended = await startOlareg();
    await ended.stop();
    const gone = { registry: ended.registry, repository: "ehealth/app", tag: "1" };
    await refuses(registry.resolve(gone), "unreachable");
  });
});

async function refuses(work: Promise<unknown>, code: RegistryErrorCode): Promise<void> {
  await assert.rejects(work, (error) => error instanceof RegistryError && error.code === code);
}
