import type { Digest } from "../model/digest.ts";
import { renderReference, type PinnedReference } from "../model/reference.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { storeFolder } from "./project.ts";
import { dockerCredentials } from "./registry/docker-credentials.ts";
import { registryClient } from "./registry/registry-client.ts";
import { RegistryError, toRefusal } from "./registry/registry-error.ts";
import { chartFile } from "./store/chart-file.ts";
import { ContentStore } from "./store/content-store.ts";

/**
 * The archives of pinned charts as files, by the pins' digests: from the store, where everything is hashed again on
 * every read, else from the registry. What is in the store needs no registry.
 */
export async function fetchCharts(
  references: readonly PinnedReference[],
): Promise<Outcome<ReadonlyMap<Digest, string>>> {
  const distinct = new Map(references.map((reference) => [reference.digest, reference]));
  const registry = registryClient({ credentials: dockerCredentials() });
  const store = new ContentStore(storeFolder());
  const paths = new Map<Digest, string>();
  const refusals: Refusal[] = [];
  const fetchOne = async (reference: PinnedReference): Promise<void> => {
    try {
      paths.set(reference.digest, await chartFile(reference, { registry, store }));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      refusals.push(toRefusal(error, { path: `oci://${renderReference(reference)}` }));
    }
  };
  await Promise.all([...distinct.values()].map(fetchOne));
  return refusals.length > 0 ? refused(refusals) : accepted(paths);
}
