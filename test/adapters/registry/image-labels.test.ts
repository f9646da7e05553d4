import assert from "node:assert/strict";
import { readImageLabels, type ImageLabels } from "../../../src/adapters/registry/image-labels.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { HostileContents } from "../signatures/hostile-contents.ts";
import { answers, answersManifest, OCI_INDEX, OCI_MANIFEST, startHostileRegistry } from "./hostile-registry.ts";
import { quickClient } from "./quick-client.ts";

const ATTESTATION = { "vnd.docker.reference.type": "attestation-manifest" };
const UNKNOWN = { os: "unknown", architecture: "unknown" };
const AMD64 = { os: "linux", architecture: "amd64" };

/** What an index says whose second entry has a label of its own. */
async function labelsWith(second: object): Promise<ImageLabels> {
  const contents = new HostileContents("{}");
  const entries = [{ platform: AMD64 }, second].map((entry, n) => {
    const config = Buffer.from(JSON.stringify({ config: { Labels: { number: String(n) } } }));
    contents.blob(config);
    const mediaType = "application/vnd.oci.image.config.v1+json";
    const image = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType, digest: digestOf(config), size: config.length },
      layers: [],
    });
    contents.set(`manifests/${digestOf(image)}`, answersManifest(image));
    return { mediaType: OCI_MANIFEST, digest: digestOf(image), size: image.length, ...entry };
  });
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries });
  contents.set(`manifests/${digestOf(index)}`, answers(200, index, { "content-type": OCI_INDEX }));
  await using server = await startHostileRegistry(contents.behave);
  const reference = { registry: server.registry, repository: "ehealth/app", digest: digestOf(index) };
  return await readImageLabels(quickClient(), reference);
}

describe("readImageLabels", () => {
  it("leaves out an attestation, which runs nowhere", async () => {
    const { labels, disagreeing } = await labelsWith({ platform: UNKNOWN, annotations: ATTESTATION });
    assert.deepEqual([labels, disagreeing], [{ number: "0" }, []]);
  });

  for (const [what, entry] of [
    ["of another platform", { platform: { os: "linux", architecture: "arm64" } }],
    ["of a platform that calls itself an attestation", { platform: AMD64, annotations: ATTESTATION }],
    ["without a platform that calls itself an attestation", { annotations: ATTESTATION }],
    ["of an unknown platform that is no attestation", { platform: UNKNOWN }],
  ] as const) {
    it(`counts an image ${what}`, async () => {
      assert.deepEqual((await labelsWith(entry)).disagreeing, ["number"]);
    });
  }
});
