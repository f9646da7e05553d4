import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Digest } from "../../model/digest.ts";
import { RegistryError } from "./registry-error.ts";

/** The connection broke while the body came. */
export class BrokenBody extends Error {
  constructor(cause: unknown) {
    super("the connection broke in the middle of the answer", { cause });
    this.name = "BrokenBody";
  }
}

export interface ExpectedBody {
  /** What messages call it. */
  readonly reference: string;
  /** Reading stops as soon as there is more. */
  readonly maxBytes: number;
  /** What the body must hash to, where that is known. */
  readonly digest?: Digest;
  /** The exact size, where a descriptor states it. */
  readonly size?: number;
}

/** The whole body, its size and hash compared with what is expected. */
export async function readBody(response: Response, expected: ExpectedBody): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await consume(response, expected, (chunk) => {
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

/** Writes the body to a file that replaces what is there; the file counts only when this has returned. */
export async function writeBody(response: Response, expected: ExpectedBody, file: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    await consume(response, expected, async (chunk) => {
      await handle.writeFile(chunk);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function consume(
  response: Response,
  expected: ExpectedBody,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const { reference, maxBytes, size } = expected;
  const limit = Math.min(maxBytes, size ?? maxBytes);
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > limit || (size ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(reference, Math.max(announced, size ?? 0), limit);
  }
  const hash = createHash("sha256");
  let received = 0;
  for await (const chunk of chunksOf(response)) {
    received += chunk.byteLength;
    if (received > limit) throw tooLarge(reference, received, limit);
    hash.update(chunk);
    await take(chunk);
  }
  if (size !== undefined && received < size) {
    throw new RegistryError("truncated", reference, `${received} of ${size} bytes came`);
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (expected.digest !== undefined && digest !== expected.digest) {
    throw new RegistryError(
      "digest-mismatch",
      reference,
      `the content has the digest ${digest}, not ${expected.digest}`,
    );
  }
}

/** Breaking out of the loop over these cancels the transfer. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  // The platform types the chunks of a body as `any`; the Fetch standard makes them bytes.
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new BrokenBody(error);
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Without effect where the body has ended; a failure to cancel changes nothing for the caller.
    await reader.cancel().catch(() => undefined);
  }
}

function tooLarge(reference: string, bytes: number, limit: number): RegistryError {
  return new RegistryError("too-large", reference, `at least ${bytes} bytes, where at most ${limit} are read`);
}
