import type { PinnedReference } from "../../src/model/reference.ts";
import { foreignImages, sampleApplications, sampleCharts } from "./applications.ts";
import type { Artefact } from "./artefact.ts";
import { chartOf } from "./chart.ts";
import { imageOf } from "./image.ts";

/** Builds everything that the sandbox publishes, in a fixed order. Reads the charts' folders and nothing else. */
export async function sampleArtefacts(): Promise<readonly Artefact[]> {
  const images = [...sampleApplications, ...foreignImages].flatMap((application) =>
    application.versions.map((version) => imageOf(application, version)),
  );
  return [...images, ...(await Promise.all(sampleCharts.map((chart) => chartOf(chart))))];
}

/** Where an artefact is found in a registry, as a pin writes it. */
export function referenceOf(registry: string, { repository, tag, digest }: Artefact): PinnedReference {
  return { registry, repository, tag, digest };
}
