import type { Digest } from "../../model/digest.ts";
import { renderReference } from "../../model/reference.ts";
import { parseManifest, type Manifest } from "../registry/manifest.ts";
import type { CallOptions, DigestReference, RegistryClient } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { ContentStore } from "./content-store.ts";

/** helm.sh/docs/topics/registries: the one layer that is the archive. */
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const MAX_CHART_BYTES = 32 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * The archive of a chart as a file, by the digest of its manifest. What was pulled once needs no registry again.
 * @throws RegistryError; `wrong-media-type` where the reference is not a chart
 */
export async function chartFile(
  reference: DigestReference,
  { registry, store }: { readonly registry: RegistryClient; readonly store: ContentStore },
  options: CallOptions = {},
): Promise<string> {
  const limit = { maxBytes: MAX_CHART_BYTES };
  const { digest, size } = chartLayerOf(await readManifest(reference, registry, store, options), reference);
  const kept = await store.path(digest, limit);
  if (kept !== undefined) return kept;
  const download = (file: string): Promise<void> =>
    registry.download(reference, { digest, size }, file, { ...options, ...limit });
  const file = await store.fill(digest, download, limit);
  if (file === undefined)
    throw new RegistryError("digest-mismatch", renderReference(reference), "changed while it was kept");
  return file;
}

async function readManifest(
  reference: DigestReference,
  registry: RegistryClient,
  store: ContentStore,
  options: CallOptions,
): Promise<Manifest> {
  const stored = await store.get(reference.digest, { maxBytes: MAX_MANIFEST_BYTES });
  const parsed = stored === undefined ? undefined : parseManifest(stored);
  if (parsed?.kind === "manifest") return parsed.manifest;
  const { bytes, manifest } = await registry.manifest(reference, options);
  await store.put(bytes);
  return manifest;
}

function chartLayerOf(manifest: Manifest, reference: DigestReference): { digest: Digest; size: number } {
  const layers = manifest.kind === "image" ? manifest.layers.filter(({ mediaType }) => mediaType === CHART_LAYER) : [];
  const [layer, ...others] = layers;
  if (layer !== undefined && others.length === 0) return layer;
  throw new RegistryError("wrong-media-type", renderReference(reference), "not a Helm chart");
}
