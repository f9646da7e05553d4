import { renderReference } from "../../model/reference.ts";
import type { CallOptions, DigestReference } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { chartArchive, type ChartSources } from "./chart-content.ts";

const MAX_CHART_BYTES = 32 * 1024 * 1024;

/**
 * The archive of a chart as a file, by the digest of its manifest. What was pulled once needs no registry again.
 * @throws RegistryError; `wrong-media-type` where it is not a chart, `other-chart` where it is another one. StoreError
 */
export async function chartFile(
  reference: DigestReference,
  sources: ChartSources,
  options: CallOptions = {},
): Promise<string> {
  const { registry, store } = sources;
  const limit = { maxBytes: MAX_CHART_BYTES };
  const { digest, size } = await chartArchive(reference, sources, options);
  const kept = await store.path(digest, limit);
  if (kept !== undefined) return kept;
  const download = (file: string): Promise<void> =>
    registry.download(reference, { digest, size }, file, { ...options, ...limit });
  const file = await store.fill(digest, download, limit);
  if (file === undefined)
    throw new RegistryError("digest-mismatch", renderReference(reference), "changed while it was kept");
  return file;
}
