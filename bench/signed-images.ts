import type { SampleVersion } from "../sandbox/samples/applications.ts";
import { referenceOf } from "../sandbox/samples/artefacts.ts";
import { imageOf } from "../sandbox/samples/image.ts";
import { publishArtefacts, type PublishOptions } from "../sandbox/samples/publish.ts";
import type { PinnedReference } from "../src/model/reference.ts";

const APPLICATION = { name: "bench", title: "Bench", port: 8080, chart: "web-service", versions: [] } as const;

/** So many images, no two alike, signed with the sandbox's key by cosign itself. About half a second each. */
export async function publishSignedImages(count: number, options: PublishOptions): Promise<readonly PinnedReference[]> {
  const artefacts = Array.from({ length: count }, (_, index) => imageOf(APPLICATION, versionOf(index)));
  await publishArtefacts(artefacts, options);
  return artefacts.map((artefact) => referenceOf(options.registry, artefact));
}

function versionOf(index: number): SampleVersion {
  return { version: `1.0.${index}`, created: "2026-11-01T00:00:00Z", behaviour: "ready", signedBy: "sandbox" };
}
