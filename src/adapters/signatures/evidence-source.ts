import { digestOf, type Digest } from "../../model/digest.ts";
import { parseManifest, type Manifest } from "../registry/manifest.ts";
import type { CallOptions, DigestReference, RegistryClient } from "../registry/registry-client.ts";
import type { ContentStore } from "../store/content-store.ts";

/** Where the content of evidence comes from. Everything it returns has the digest that was asked for. */
export interface EvidenceSource {
  /** Undefined where it is not here; a source that asks a registry throws RegistryError instead. */
  manifest(digest: Digest): Promise<Manifest | undefined>;
  blob(digest: Digest, size: number): Promise<Uint8Array | undefined>;
}

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** What earlier runs kept; asks the network nothing. */
export function storedEvidence(store: ContentStore): EvidenceSource {
  return {
    async manifest(digest) {
      const bytes = await store.get(digest, { maxBytes: MAX_MANIFEST_BYTES });
      const parsed = bytes === undefined ? undefined : parseManifest(bytes);
      return parsed?.kind === "manifest" ? parsed.manifest : undefined;
    },
    blob: (digest, size) => store.get(digest, { maxBytes: size }),
  };
}

/** The store where it has the content, else the registry. What came from the registry can be kept afterwards. */
export class FetchedEvidence implements EvidenceSource {
  readonly #stored: EvidenceSource;
  readonly #registry: RegistryClient;
  readonly #reference: DigestReference;
  readonly #options: CallOptions;
  readonly #fetched = new Map<Digest, Uint8Array>();
  readonly #store: ContentStore;

  constructor(registry: RegistryClient, store: ContentStore, reference: DigestReference, options: CallOptions) {
    this.#stored = storedEvidence(store);
    this.#store = store;
    this.#registry = registry;
    this.#reference = reference;
    this.#options = options;
  }

  async manifest(digest: Digest): Promise<Manifest> {
    const stored = await this.#stored.manifest(digest);
    if (stored !== undefined) return stored;
    const { registry, repository } = this.#reference;
    const { bytes, manifest } = await this.#registry.manifest({ registry, repository, digest }, this.#options);
    this.add(bytes);
    return manifest;
  }

  async blob(digest: Digest, size: number): Promise<Uint8Array> {
    const stored = await this.#stored.blob(digest, size);
    if (stored !== undefined) return stored;
    const options = { ...this.#options, maxBytes: size };
    const bytes = await this.#registry.blob(this.#reference, { digest, size }, options);
    this.add(bytes);
    return bytes;
  }

  /** Content that was fetched elsewhere. */
  add(bytes: Uint8Array): void {
    this.#fetched.set(digestOf(bytes), bytes);
  }

  /** Keeps content, so that the next run need not ask. */
  async keep(digests: readonly Digest[]): Promise<void> {
    const contents = digests.flatMap((digest) => this.#fetched.get(digest) ?? []);
    await Promise.all(contents.map((bytes) => this.#store.put(bytes)));
  }
}
