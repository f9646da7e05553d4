import { z } from "zod";
import type { Digest } from "../../model/digest.ts";
import { renderReference } from "../../model/reference.ts";
import { parseBoundedJson } from "../../model/bounded-json.ts";
import { parseManifest, type Descriptor, type ImageManifest, type Manifest } from "../registry/manifest.ts";
import type { CallOptions, DigestReference, RegistryClient } from "../registry/registry-client.ts";
import { quoted, RegistryError } from "../registry/registry-error.ts";
import type { ContentStore } from "./content-store.ts";

/** helm.sh/docs/topics/registries: the one layer that is the archive, and what it says of itself. */
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json";
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_CONFIG_BYTES = 1024 * 1024;

const configSchema = z.object({ name: z.string(), version: z.string() });

export interface ChartSources {
  readonly registry: RegistryClient;
  readonly store: ContentStore;
}

/**
 * The archive of a reference that is a chart, and the chart that it names: nothing but the pin says what a digest is.
 * What was read once needs no registry again.
 * @throws RegistryError; `wrong-media-type` where it is not a chart, `other-chart` where it is another one
 */
export async function chartArchive(
  reference: DigestReference,
  sources: ChartSources,
  options: CallOptions = {},
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const manifest = await readManifest(reference, sources, options);
  const { layer, config } = chartPartsOf(manifest, reference);
  const { name, version } = parseConfig(await readConfig(config, reference, sources, options), reference);
  const { repository, tag } = reference;
  // A tag has no plus sign: Helm writes an underline, which no version has.
  if (name !== repository.split("/").at(-1) || (tag !== undefined && version.replaceAll("+", "_") !== tag)) {
    const found = `is the chart ${quoted(name)} ${quoted(version)}`;
    throw new RegistryError("other-chart", renderReference(reference), found);
  }
  return layer;
}

async function readManifest(
  reference: DigestReference,
  { registry, store }: ChartSources,
  options: CallOptions,
): Promise<Manifest> {
  const stored = await store.get(reference.digest, { maxBytes: MAX_MANIFEST_BYTES });
  const parsed = stored === undefined ? undefined : parseManifest(stored);
  if (parsed?.kind === "manifest") return parsed.manifest;
  const { bytes, manifest } = await registry.manifest(reference, options);
  await store.put(bytes);
  return manifest;
}

async function readConfig(
  { digest, size }: Descriptor,
  reference: DigestReference,
  { registry, store }: ChartSources,
  options: CallOptions,
): Promise<Uint8Array> {
  const limit = { maxBytes: MAX_CONFIG_BYTES };
  const stored = await store.get(digest, limit);
  if (stored !== undefined) return stored;
  const bytes = await registry.blob(reference, { digest, size }, { ...options, ...limit });
  await store.put(bytes);
  return bytes;
}

function chartPartsOf(manifest: Manifest, reference: DigestReference): { layer: Descriptor; config: Descriptor } {
  const config = manifest.kind === "image" && manifest.config.mediaType === CHART_CONFIG ? manifest.config : undefined;
  const [layer, ...others] = layersOf(manifest).filter(({ mediaType }) => mediaType === CHART_LAYER);
  if (config !== undefined && layer !== undefined && others.length === 0) return { layer, config };
  throw new RegistryError("wrong-media-type", renderReference(reference), "not a Helm chart");
}

function layersOf(manifest: Manifest): ImageManifest["layers"] {
  return manifest.kind === "image" ? manifest.layers : [];
}

function parseConfig(bytes: Uint8Array, reference: DigestReference): z.output<typeof configSchema> {
  const json = parseBoundedJson(bytes);
  const parsed = configSchema.safeParse(json.kind === "value" ? json.value : undefined);
  if (parsed.success) return parsed.data;
  throw new RegistryError("malformed", renderReference(reference), "a chart without a name and a version");
}
