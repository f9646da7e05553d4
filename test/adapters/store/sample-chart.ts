import { digestOf } from "../../../src/model/digest.ts";

const CONFIG = "application/vnd.cncf.helm.config.v1+json";
const ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** Media types to put in the place of a chart's own. */
export interface ChartParts {
  readonly config?: string;
  readonly layers?: readonly string[];
}

/** The manifest of a chart as Helm pushes it. */
export function chartManifest(
  archive: Uint8Array,
  config: Uint8Array,
  { config: configType = CONFIG, layers = [ARCHIVE] }: ChartParts = {},
): string {
  const blob = (mediaType: string, bytes: Uint8Array): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: blob(configType, config),
    layers: layers.map((mediaType) => blob(mediaType, archive)),
  });
}
