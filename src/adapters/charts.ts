import type { Digest } from "../model/digest.ts";
import { renderReference, type PinnedReference } from "../model/reference.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { storeFolder } from "./project.ts";
import { dockerCredentials } from "./registry/docker-credentials.ts";
import { parseManifest, type Descriptor, type Manifest } from "./registry/manifest.ts";
import { registryClient, type RegistryClient } from "./registry/registry-client.ts";
import { RegistryError, toRefusal } from "./registry/registry-error.ts";
import { ContentStore } from "./store/content-store.ts";

/** Helm's media type of a chart's archive (helm.sh/docs/topics/registries). */
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const MAX_CHART_BYTES = 32 * 1024 * 1024;

/**
 * The archives of pinned charts as files, by the pins' digests: from the store, where everything is hashed again on
 * every read, else from the registry. What is there needs no registry.
 */
export async function fetchCharts(
  references: readonly PinnedReference[],
  store = new ContentStore(storeFolder()),
): Promise<Outcome<ReadonlyMap<Digest, string>>> {
  const distinct = new Map(references.map((reference) => [reference.digest, reference]));
  let client: RegistryClient | undefined;
  const registry = (): RegistryClient => (client ??= registryClient({ credentials: dockerCredentials() }));
  const paths = new Map<Digest, string>();
  const refusals: Refusal[] = [];
  await Promise.all(
    [...distinct.values()].map(async (reference) => {
      try {
        paths.set(reference.digest, await fetchChart(reference, store, registry));
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        refusals.push(toRefusal(error, { path: `oci://${renderReference(reference)}` }));
      }
    }),
  );
  return refusals.length > 0 ? refused(refusals) : accepted(paths);
}

async function fetchChart(
  reference: PinnedReference,
  store: ContentStore,
  registry: () => RegistryClient,
): Promise<string> {
  const kept = await store.get(reference.digest);
  const manifest = kept === undefined ? await fetchManifest(reference, store, registry()) : toManifest(reference, kept);
  const layer = chartLayer(reference, manifest);
  const limit = { maxBytes: MAX_CHART_BYTES };
  const path =
    (await store.path(layer.digest, limit)) ??
    (await store.fill(layer.digest, (file) => registry().download(reference, layer, file, limit), limit));
  if (path !== undefined) return path;
  throw new RegistryError(
    "digest-mismatch",
    renderReference(reference),
    "the chart's archive does not have the digest that its manifest names",
  );
}

async function fetchManifest(
  reference: PinnedReference,
  store: ContentStore,
  registry: RegistryClient,
): Promise<Manifest> {
  const { bytes, manifest } = await registry.manifest(reference);
  await store.put(bytes);
  return manifest;
}

function toManifest(reference: PinnedReference, bytes: Uint8Array): Manifest {
  const parsed = parseManifest(bytes);
  if (parsed.kind === "manifest") return parsed.manifest;
  throw new RegistryError(parsed.problem, renderReference(reference), parsed.detail);
}

function chartLayer(reference: PinnedReference, manifest: Manifest): Descriptor {
  const layer =
    manifest.kind === "image" ? manifest.layers.find(({ mediaType }) => mediaType === CHART_LAYER) : undefined;
  if (layer !== undefined) return layer;
  throw new RegistryError(
    "wrong-media-type",
    renderReference(reference),
    "not a Helm chart: no layer is a chart's archive",
  );
}
