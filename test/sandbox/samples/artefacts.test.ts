import assert from "node:assert/strict";
import { chmod, cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { sampleCharts } from "../../../sandbox/samples/applications.ts";
import type { Artefact } from "../../../sandbox/samples/artefact.ts";
import { referenceOf, sampleArtefacts } from "../../../sandbox/samples/artefacts.ts";
import { CHARTS_FOLDER, chartOf } from "../../../sandbox/samples/chart.ts";
import { writeLayout } from "../../../sandbox/samples/layout.ts";
import { digestOf, hexOf, isDigest } from "../../../src/model/digest.ts";
import { parseReference, renderReference } from "../../../src/model/reference.ts";
import { readTar } from "./read-tar.ts";

const descriptorSchema = z.strictObject({
  mediaType: z.string(),
  digest: z.string().refine(isDigest),
  size: z.int().positive(),
});
const indexSchema = z.object({ schemaVersion: z.literal(2), manifests: z.tuple([descriptorSchema]) });
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal("application/vnd.oci.image.manifest.v1+json"),
  config: descriptorSchema,
  layers: z.tuple([descriptorSchema]),
  annotations: z.record(z.string(), z.string()),
});

describe("sample artefacts", () => {
  let folder: string;
  let artefacts: readonly Artefact[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-samples-"));
    artefacts = await sampleArtefacts();
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("have the same digests when they are built again", async () => {
    assert.deepEqual(
      (await sampleArtefacts()).map(({ digest }) => digest),
      artefacts.map(({ digest }) => digest),
    );
  });

  it("have tags that a reference can carry, and no reference twice", () => {
    const references = artefacts.map((artefact) => renderReference(referenceOf("127.0.0.1:5000", artefact)));
    assert.equal(new Set(references).size, references.length);
    for (const reference of references) assert.equal(parseReference(reference).kind, "reference", reference);
  });

  it("differ in their digests", () => {
    assert.equal(new Set(artefacts.map(({ digest }) => digest)).size, artefacts.length);
  });

  it("are complete image layouts: every descriptor has its digest and its size, and nothing else lies there", async () => {
    for (const [index, artefact] of artefacts.entries()) {
      const layout = join(folder, `layout-${index}`);
      await writeLayout(layout, artefact);
      assert.deepEqual(JSON.parse(await readFile(join(layout, "oci-layout"), "utf8")), { imageLayoutVersion: "1.0.0" });
      const { manifests } = indexSchema.parse(JSON.parse(await readFile(join(layout, "index.json"), "utf8")));
      const described = await readBlob(layout, manifests[0]);
      const manifest = manifestSchema.parse(JSON.parse(described.toString()));
      await readBlob(layout, manifest.config);
      await readBlob(layout, manifest.layers[0]);
      assert.equal(manifests[0].digest, artefact.digest);
      assert.equal((await readdir(join(layout, "blobs", "sha256"))).length, 3);
    }
  });

  async function readBlob(layout: string, { digest, size }: z.output<typeof descriptorSchema>): Promise<Buffer> {
    const content = await readFile(join(layout, "blobs", "sha256", hexOf(digest)));
    assert.equal(digestOf(content), digest);
    assert.equal(content.length, size);
    return content;
  }

  for (const chart of sampleCharts) {
    describe(`the chart ${chart.name} ${chart.version}`, () => {
      let copy: string;

      beforeEach(async () => {
        copy = join(folder, `${chart.name}-${chart.version}`);
        await rm(copy, { recursive: true, force: true });
        await cp(join(CHARTS_FOLDER, chart.name), copy, { recursive: true });
      });

      it("has the same digest in another folder, with other times and modes", async () => {
        for (const name of ["Chart.yaml", "values.yaml"]) {
          await utimes(join(copy, name), new Date(0), new Date("2031-01-01"));
          await chmod(join(copy, name), 0o700);
        }
        assert.equal((await chartOf(chart, copy)).digest, (await chartOf(chart)).digest);
      });

      it("does not contain what an editor left behind", async () => {
        await writeFile(join(copy, ".values.yaml.swp"), "x");
        await writeFile(join(copy, "values.yaml~"), "x");
        assert.equal((await chartOf(chart, copy)).digest, (await chartOf(chart)).digest);
      });

      it("holds the chart's files under its name, of its version and its time", async () => {
        const layer = [...(await chartOf(chart)).blobs.values()].find((content) => content[0] === 0x1f);
        assert.ok(layer);
        const entries = await readTar(layer);
        const chartYaml = entries.find(({ path }) => path === `${chart.name}/Chart.yaml`);
        assert.ok(chartYaml?.content.split("\n").includes(`version: ${chart.version}`));
        for (const { path, modified } of entries) {
          assert.ok(path.startsWith(`${chart.name}/`), path);
          assert.deepEqual(modified, new Date(chart.created));
        }
      });

      it("has another digest when a byte of it changes", async () => {
        await writeFile(join(copy, "values.yaml"), "\n", { flag: "a" });
        assert.notEqual((await chartOf(chart, copy)).digest, (await chartOf(chart)).digest);
      });
    });
  }
});
