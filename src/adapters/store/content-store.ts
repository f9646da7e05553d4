import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { digestOf, hexOf, isDigest, type Digest } from "../../model/digest.ts";
import { isFileSystemError, StoreError } from "./store-error.ts";

export interface ReadLimit {
  /** Larger content is treated as absent. @default 64 MiB */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** A folder with more hints than anyone signs was filled by somebody else. */
const MAX_HINTS = 64;

/**
 * Immutable content on disk under its SHA-256. Every read is hashed again: what does not match is as good as
 * absent, so planting bytes here can make something missing but never turn a "no" into a "yes". No verdicts are
 * kept. Processes may share a folder: entries appear whole, by rename, and the same content may be put twice.
 * What writes throws StoreError where nothing can be written.
 */
export class ContentStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** The content, or undefined where it is absent, damaged, too large or unreadable. */
  async get(digest: Digest, { maxBytes = DEFAULT_MAX_BYTES }: ReadLimit = {}): Promise<Uint8Array | undefined> {
    const bytes = await readBounded(this.#entry(digest), maxBytes);
    return bytes !== undefined && digestOf(bytes) === digest ? bytes : undefined;
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    if ((await this.get(digest, { maxBytes: bytes.byteLength })) !== undefined) return digest;
    await this.#place(this.#entry(digest), async (file) => {
      const handle = await open(file, "wx");
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
    return digest;
  }

  /**
   * The file of a chart, `<hex>.tgz`, for tools that read files; undefined where it is absent or damaged.
   * It was whole when this returned: whoever can write to the folder meanwhile can still change it.
   */
  async path(digest: Digest, { maxBytes = DEFAULT_MAX_BYTES }: ReadLimit = {}): Promise<string | undefined> {
    const file = this.#chart(digest);
    const bytes = await readBounded(file, maxBytes);
    return bytes !== undefined && digestOf(bytes) === digest ? file : undefined;
  }

  /**
   * Lets `write` fill a temporary file, and keeps it as a chart when its content has the digest.
   * @returns its path, or undefined where the content was something else
   */
  async fill(
    digest: Digest,
    write: (temporaryFile: string) => Promise<void>,
    { maxBytes = DEFAULT_MAX_BYTES }: ReadLimit = {},
  ): Promise<string | undefined> {
    const file = this.#chart(digest);
    const kept = await this.#place(file, write, async (temporaryFile) => {
      const bytes = await readBounded(temporaryFile, maxBytes);
      return bytes !== undefined && digestOf(bytes) === digest;
    });
    return kept ? file : undefined;
  }

  /**
   * Digests of manifests that may be evidence about a subject. Hints, as a registry's list is: nothing is
   * believed about them. One empty file each, so that writers never overwrite each other.
   */
  async hints(subject: Digest): Promise<readonly Digest[]> {
    const names = await readdir(this.#hintsOf(subject)).catch(() => []);
    return names
      .map((name) => `sha256:${name}`)
      .filter((digest) => isDigest(digest))
      .slice(0, MAX_HINTS);
  }

  async addHint(subject: Digest, evidence: Digest): Promise<void> {
    const folder = this.#hintsOf(subject);
    await this.#writing(async () => {
      await mkdir(folder, { recursive: true });
      const handle = await open(join(folder, hexOf(evidence)), "a");
      await handle.close();
    });
  }

  #entry(digest: Digest): string {
    const hex = hexOf(digest);
    return join(this.#folder, "sha256", hex.slice(0, 2), hex);
  }

  #chart(digest: Digest): string {
    return join(this.#folder, "charts", `${hexOf(digest)}.tgz`);
  }

  #hintsOf(subject: Digest): string {
    return join(this.#folder, "hints", hexOf(subject));
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isFileSystemError(error) ? new StoreError(this.#folder, error) : error;
    }
  }

  /** The temporary file lies in the same folder: a rename is atomic within one file system. */
  async #place(
    file: string,
    write: (temporaryFile: string) => Promise<void>,
    accepts: (temporaryFile: string) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<boolean> {
    return this.#writing(async () => {
      await mkdir(join(file, ".."), { recursive: true });
      const temporaryFile = `${file}.${randomUUID()}.tmp`;
      try {
        await write(temporaryFile);
        const wanted = await accepts(temporaryFile);
        if (wanted) await rename(temporaryFile, file);
        return wanted;
      } finally {
        await rm(temporaryFile, { force: true });
      }
    });
  }
}

/** Undefined for what is no readable regular file or is too large. Never waits, as opening a pipe would. */
async function readBounded(file: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const { size } = await regularFile(handle);
    if (size > maxBytes) return undefined;
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    // Absent, not permitted, not a file, a failing disk: the content has to come from its source.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  } finally {
    await handle?.close();
  }
}

async function regularFile(handle: FileHandle): Promise<{ size: number }> {
  const found = await handle.stat();
  return found.isFile() ? found : { size: Infinity };
}
