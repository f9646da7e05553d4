/** Content that does not follow RFC 4251, section 5. */
export class SshWireError extends Error {}

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Reads the data types of RFC 4251, section 5, one after the other. Everything throws SshWireError at the end. */
export class SshWireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new SshWireError("ends too early");
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  /** SSH's `string`: any bytes, their length before them. */
  bytes(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    try {
      return DECODER.decode(this.bytes());
    } catch (error) {
      throw error instanceof SshWireError ? error : new SshWireError("text that is not UTF-8");
    }
  }

  /** A positive `mpint` in its shortest form; its bits. */
  positiveBits(): number {
    const bytes = this.bytes();
    const [first, second] = bytes;
    const padded = first === 0 && second !== undefined && second >= 0x80;
    const plain = first !== undefined && first > 0 && first < 0x80;
    if (!padded && !plain) throw new SshWireError("a number that is not positive, or not in its shortest form");
    const significant = padded ? bytes.subarray(1) : bytes;
    return significant.length * 8 - (Math.clz32(significant[0] ?? 0) - 24);
  }

  /** Nothing may follow. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new SshWireError("goes on after its end");
  }
}

/** Base64 in its one canonical form, or undefined. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && bytes.toString("base64") === text ? bytes : undefined;
}
