import type { Digest } from "../model/digest.ts";
import { renderReference, type PinnedReference } from "../model/reference.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { storeFolder } from "./project.ts";
import { dockerCredentials } from "./registry/docker-credentials.ts";
import { registryClient, type CallOptions } from "./registry/registry-client.ts";
import { RegistryError, toRefusal } from "./registry/registry-error.ts";
import { chartFile } from "./store/chart-file.ts";
import { ContentStore } from "./store/content-store.ts";
import { refuseStore, StoreError } from "./store/store-error.ts";

/**
 * The archives of pinned charts as files, by the pins' digests: from the store, where everything is hashed again on
 * every read, else from the registry. What is in the store needs no registry.
 */
export async function fetchCharts(
  references: readonly PinnedReference[],
  options: CallOptions = {},
): Promise<Outcome<ReadonlyMap<Digest, string>>> {
  const registry = registryClient({ credentials: dockerCredentials() });
  const sources = { registry, store: new ContentStore(storeFolder()) };
  const distinct = [...new Map(references.map((reference) => [renderReference(reference), reference])).values()];
  // All end before this does: nothing writes to the store, or asks a registry, behind the caller's back.
  const ends = await Promise.allSettled(distinct.map((reference) => chartFile(reference, sources, options)));
  const paths = new Map<Digest, string>();
  const refusals: Refusal[] = [];
  for (const [index, reference] of distinct.entries()) {
    const end = ends[index];
    if (end?.status === "fulfilled") paths.set(reference.digest, end.value);
    else refusals.push(toReason(end?.reason, reference));
  }
  return refusals.length > 0 ? refused(eachOnce(refusals)) : accepted(paths);
}

/** @throws what is no refusal: the reason of the signal, broken contracts */
function toReason(error: unknown, reference: PinnedReference): Refusal {
  if (error instanceof RegistryError) return toRefusal(error, { path: `oci://${renderReference(reference)}` });
  if (error instanceof StoreError) return refuseStore(error);
  throw error;
}

/** One store, one reason, however many charts it could not take. */
function eachOnce(refusals: readonly Refusal[]): readonly Refusal[] {
  const first = refusals.find(({ code }) => code === "store-not-writable");
  return refusals.filter((refusal) => refusal.code !== "store-not-writable" || refusal === first);
}
