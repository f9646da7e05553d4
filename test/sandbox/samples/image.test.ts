import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { SampleApplication, SampleVersion } from "../../../sandbox/samples/applications.ts";
import type { Artefact } from "../../../sandbox/samples/artefact.ts";
import { imageOf } from "../../../sandbox/samples/image.ts";
import { digestOf, isDigest } from "../../../src/model/digest.ts";

const withoutDatabase: SampleVersion = {
  version: "1.4.2",
  created: "2026-10-12T09:10:37Z",
  behaviour: "ready",
  signedBy: "sandbox",
};
const version: SampleVersion = {
  ...withoutDatabase,
  schema: { supports: { min: 12, max: 14 }, migratesTo: 14 },
};
const application: SampleApplication = {
  name: "appointments",
  title: "Appointments API",
  port: 8080,
  chart: "web-service",
  versions: [version],
};

const descriptorSchema = z.object({ digest: z.string().refine(isDigest) });
const manifestSchema = z.object({
  annotations: z.record(z.string(), z.string()),
  config: descriptorSchema,
  layers: z.tuple([descriptorSchema]),
});
const configSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  config: z.object({ User: z.string(), Labels: z.record(z.string(), z.string()) }),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(z.string()) }),
});

function read(artefact: Artefact) {
  const manifest = manifestSchema.parse(JSON.parse(Buffer.from(artefact.manifest).toString()));
  const blob = artefact.blobs.get(manifest.config.digest);
  assert.ok(blob);
  return { manifest, config: configSchema.parse(JSON.parse(Buffer.from(blob).toString())) };
}

describe("imageOf", () => {
  it("writes what the image is into the labels and the annotations alike", () => {
    const { manifest, config } = read(imageOf(application, version));
    const { ["org.opencontainers.image.revision"]: revision, ...rest } = manifest.annotations;
    assert.match(revision ?? "", /^[0-9a-f]{40}$/);
    assert.deepEqual(rest, {
      "org.opencontainers.image.created": "2026-10-12T09:10:37Z",
      "org.opencontainers.image.source": "https://git.example.com/ehealth/appointments",
      "org.opencontainers.image.title": "Appointments API",
      "org.opencontainers.image.version": "1.4.2",
    });
    for (const [name, value] of Object.entries(manifest.annotations)) assert.equal(config.config.Labels[name], value);
  });

  it("writes the schema levels into the labels", () => {
    const { Labels } = read(imageOf(application, version)).config.config;
    assert.equal(Labels["lockstep.schema.supports"], "12-14");
    assert.equal(Labels["lockstep.schema.migrates-to"], "14");
  });

  it("writes no schema label where the version has no database", () => {
    const { Labels } = read(imageOf(application, withoutDatabase)).config.config;
    assert.deepEqual(
      Object.keys(Labels).filter((name) => name.startsWith("lockstep.")),
      [],
    );
  });

  it("names a platform and a user that is not root, as the restricted profile asks", () => {
    const { os, architecture, config } = read(imageOf(application, version)).config;
    assert.deepEqual([os, architecture, config.User], ["linux", "amd64", "65532:65532"]);
  });

  it("lists the layer by the digest of its uncompressed content", () => {
    const image = imageOf(application, version);
    const { manifest, config } = read(image);
    const layer = image.blobs.get(manifest.layers[0].digest);
    assert.ok(layer);
    assert.deepEqual(config.rootfs.diff_ids, [digestOf(gunzipSync(layer))]);
  });

  it("gives each version a revision of its own", () => {
    const [first, second] = ["1.4.2", "1.4.3"].map((name) => read(imageOf(application, { ...version, version: name })));
    const REVISION = "org.opencontainers.image.revision";
    assert.notEqual(first?.manifest.annotations[REVISION], second?.manifest.annotations[REVISION]);
  });
});
