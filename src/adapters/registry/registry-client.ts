import { digestOf, type Digest } from "../../model/digest.ts";
import { nameOf, renderReference, type Reference } from "../../model/reference.ts";
import type { Repository } from "./authentication.ts";
import { readBody, writeBody } from "./body.ts";
import { anonymous, type CredentialsProvider } from "./credentials.ts";
import { ACCEPTED_MANIFESTS, OCI_INDEX, parseManifest, type Descriptor, type Manifest } from "./manifest.ts";
import { originOf } from "./origin.ts";
import { nextPage, fallbackTagOf } from "./referrers.ts";
import { quoted, RegistryError } from "./registry-error.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";
import { Transport, type Call } from "./transport.ts";

export interface DigestReference extends Reference {
  readonly digest: Digest;
}

export interface FetchedManifest {
  /** SHA-256 of `bytes`, computed here. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** A blob by its digest; with the size where a descriptor states it. */
export interface BlobAddress {
  readonly digest: Digest;
  readonly size?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface BlobOptions extends CallOptions {
  readonly maxBytes: number;
}

/** Reads from OCI registries. Everything throws RegistryError, or the reason of the caller's signal. */
export interface RegistryClient {
  /** What a tag stands for now, or the digest itself once the registry has shown its content. */
  resolve(reference: Reference, options?: CallOptions): Promise<Digest>;
  /** By digest where the reference has one, else by tag; hashed, and of one of the known media types. */
  manifest(reference: Reference, options?: CallOptions): Promise<FetchedManifest>;
  blob(repository: Repository, blob: BlobAddress, options: BlobOptions): Promise<Uint8Array>;
  /** Streams a blob to a file; the file counts only when this has returned. */
  download(repository: Repository, blob: BlobAddress, file: string, options: BlobOptions): Promise<void>;
  /** What says that it is about a manifest. Hints: each must be fetched, hashed and asked for its subject. */
  referrers(reference: DigestReference, options?: CallOptions): Promise<readonly Descriptor[]>;
}

export interface Deadlines {
  /** Milliseconds for one attempt at a manifest, list or small blob. @default 10 000 */
  readonly attemptMs: number;
  /** Milliseconds for a call with all its attempts. @default 30 000 */
  readonly callMs: number;
  /** Milliseconds for one attempt at a download; a call may take twice as long. @default 300 000 */
  readonly downloadMs: number;
}

export interface RegistryClientOptions {
  /** @default anonymous */
  readonly credentials?: CredentialsProvider;
  readonly fetch?: typeof fetch;
  readonly deadlines?: Partial<Deadlines>;
  readonly retry?: Partial<RetryPolicy>;
  /** Requests in flight at once. @default 16 */
  readonly concurrency?: number;
  readonly now?: () => number;
}

/** The distribution specification lets registries refuse larger ones. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_REFERRER_PAGES = 10;
const DEFAULT_DEADLINES: Deadlines = { attemptMs: 10_000, callMs: 30_000, downloadMs: 300_000 };
const DEFAULT_CONCURRENCY = 16;
/** Answers of registries that do not know the referrers API, as go-containerregistry takes them. */
const WITHOUT_REFERRERS_API = [400, 404, 405, 406];

export function registryClient(options: RegistryClientOptions = {}): RegistryClient {
  const deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
  const transport = new Transport({
    fetch: options.fetch ?? fetch,
    credentials: options.credentials ?? anonymous,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    now: options.now ?? Date.now,
  });
  return new FetchingClient(transport, deadlines);
}

class FetchingClient implements RegistryClient {
  readonly #transport: Transport;
  readonly #deadlines: Deadlines;

  constructor(transport: Transport, deadlines: Deadlines) {
    this.#transport = transport;
    this.#deadlines = deadlines;
  }

  async resolve(reference: Reference, options: CallOptions = {}): Promise<Digest> {
    return (await this.manifest(reference, options)).digest;
  }

  manifest(reference: Reference, options: CallOptions = {}): Promise<FetchedManifest> {
    const rendered = renderReference(reference);
    const { digest } = reference;
    const name = digest ?? reference.tag;
    if (name === undefined) throw new RegistryError("malformed", rendered, "neither a tag nor a digest to ask for");
    const call = this.#call(reference, `manifests/${name}`, rendered, ACCEPTED_MANIFESTS, options);
    return this.#transport.get(call, async (response) => {
      const expected = digest === undefined ? {} : { digest };
      const bytes = await readBody(response, { reference: rendered, maxBytes: MAX_MANIFEST_BYTES, ...expected });
      const fetched = toManifest(bytes, response, rendered);
      const stated = response.headers.get("docker-content-digest");
      // The header proves nothing; one that contradicts the content shows that something is wrong.
      if (digest === undefined && stated?.startsWith("sha256:") === true && stated !== fetched.digest) {
        throw new RegistryError(
          "digest-mismatch",
          rendered,
          `announced as ${quoted(stated)}, the content is ${fetched.digest}`,
        );
      }
      return fetched;
    });
  }

  blob(repository: Repository, blob: BlobAddress, { maxBytes, signal }: BlobOptions): Promise<Uint8Array> {
    const reference = blobName(repository, blob);
    const call = this.#call(repository, `blobs/${blob.digest}`, reference, "*/*", withSignal(signal));
    return this.#transport.get(call, (response) => readBody(response, { reference, maxBytes, ...blob }));
  }

  download(repository: Repository, blob: BlobAddress, file: string, { maxBytes, signal }: BlobOptions): Promise<void> {
    const reference = blobName(repository, blob);
    const call = {
      ...this.#call(repository, `blobs/${blob.digest}`, reference, "*/*", withSignal(signal)),
      attemptMs: this.#deadlines.downloadMs,
      callMs: 2 * this.#deadlines.downloadMs,
    };
    return this.#transport.get(call, (response) => writeBody(response, { reference, maxBytes, ...blob }, file));
  }

  async referrers(reference: DigestReference, options: CallOptions = {}): Promise<readonly Descriptor[]> {
    const rendered = renderReference(reference);
    const path = `referrers/${reference.digest}`;
    let call: Call | undefined = {
      ...this.#call(reference, path, rendered, OCI_INDEX, options),
      answers: WITHOUT_REFERRERS_API,
    };
    const found: Descriptor[] = [];
    for (let page = 1; call !== undefined; page++) {
      const current: Call = call;
      const list = await this.#transport.get(current, (response) => readReferrers(response, rendered, current.url));
      if (list === undefined) return this.#referrersByTag(reference, options);
      found.push(...list.entries);
      if (list.next !== undefined && page === MAX_REFERRER_PAGES) {
        throw new RegistryError("too-large", rendered, `more than ${MAX_REFERRER_PAGES} pages of referrers`);
      }
      call = list.next === undefined ? undefined : { ...current, url: list.next };
    }
    return found;
  }

  /** Distribution specification, "Referrers Tag Schema": for registries without the API. */
  async #referrersByTag(reference: DigestReference, options: CallOptions): Promise<readonly Descriptor[]> {
    const { registry, repository, digest } = reference;
    const tagged = { registry, repository, tag: fallbackTagOf(digest) };
    try {
      const { manifest } = await this.manifest(tagged, options);
      if (manifest.kind === "index") return manifest.manifests;
    } catch (error) {
      if (error instanceof RegistryError && error.code === "not-found") return [];
      throw error;
    }
    throw new RegistryError("wrong-media-type", renderReference(tagged), "not a list of referrers but an image");
  }

  #call(repository: Repository, path: string, reference: string, accept: string, { signal }: CallOptions): Call {
    return {
      repository: { registry: repository.registry, repository: repository.repository },
      reference,
      url: new URL(`${originOf(repository.registry)}/v2/${repository.repository}/${path}`),
      accept,
      attemptMs: this.#deadlines.attemptMs,
      callMs: this.#deadlines.callMs,
      ...withSignal(signal),
    };
  }
}

interface ReferrersPage {
  readonly entries: readonly Descriptor[];
  readonly next?: URL;
}

/** Undefined where the registry has no referrers API. */
async function readReferrers(response: Response, reference: string, url: URL): Promise<ReferrersPage | undefined> {
  if (response.status !== 200 || contentTypeOf(response) !== OCI_INDEX) {
    await response.body?.cancel();
    return undefined;
  }
  const bytes = await readBody(response, { reference, maxBytes: MAX_MANIFEST_BYTES });
  const { manifest } = toManifest(bytes, response, reference);
  const next = nextPage(response.headers.get("link"), url);
  return { entries: manifest.kind === "index" ? manifest.manifests : [], ...(next === undefined ? {} : { next }) };
}

function toManifest(bytes: Uint8Array, response: Response, reference: string): FetchedManifest {
  const parsed = parseManifest(bytes, contentTypeOf(response));
  if (parsed.kind === "problem") throw new RegistryError(parsed.problem, reference, quoted(parsed.detail));
  return { digest: digestOf(bytes), bytes, manifest: parsed.manifest };
}

function contentTypeOf(response: Response): string | undefined {
  return response.headers.get("content-type")?.split(";", 1)[0]?.trim();
}

function blobName(repository: Repository, { digest }: BlobAddress): string {
  return `${nameOf(repository)}@${digest}`;
}

function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}
