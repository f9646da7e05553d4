import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { nameOf, type PinnedReference } from "../../src/model/reference.ts";

const recordSchema = z.object({ signed: z.record(z.string(), z.string()) });

/**
 * Which artefacts were signed by which key, so that a second run need not verify each. A memory, not a proof: nobody
 * decides on it what may be deployed, and where it is missing or unreadable the signatures are verified instead.
 */
export class SigningRecord {
  readonly #file: string;
  readonly #signed: Map<string, string>;
  #changed = false;

  private constructor(file: string, signed: Map<string, string>) {
    this.#file = file;
    this.#signed = signed;
  }

  static async read(file: string): Promise<SigningRecord> {
    try {
      const { signed } = recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
      return new SigningRecord(file, new Map(Object.entries(signed)));
    } catch {
      return new SigningRecord(file, new Map());
    }
  }

  has(reference: PinnedReference, fingerprint: string): boolean {
    return this.#signed.get(keyOf(reference)) === fingerprint;
  }

  add(reference: PinnedReference, fingerprint: string): void {
    this.#signed.set(keyOf(reference), fingerprint);
    this.#changed = true;
  }

  /** Where something was added since it was read. */
  async write(): Promise<void> {
    if (!this.#changed) return;
    const signed = Object.fromEntries([...this.#signed].sort(([left], [right]) => (left < right ? -1 : 1)));
    await writeFileAtomic(this.#file, `${JSON.stringify({ signed }, undefined, 2)}\n`);
  }
}

function keyOf(reference: PinnedReference): string {
  return `${nameOf(reference)}@${reference.digest}`;
}
