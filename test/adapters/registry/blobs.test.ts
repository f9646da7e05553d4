import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../src/model/digest.ts";
import { answers, inTurn, type Behaviour } from "./hostile-registry.ts";
import { hostileRegistries, imageIn } from "./hostile-registries.ts";
import { hasCode, quickClient } from "./quick-client.ts";

const MEBIBYTE = 1024 * 1024;

describe("blobs", () => {
  const start = hostileRegistries();

  const blob = Buffer.from("the content of a blob");
  const address = { digest: digestOf(blob), size: blob.byteLength };

  it("are hashed and have the size of their descriptor", async () => {
    const registry = await start(answers(200, blob));
    const bytes = await quickClient().blob(imageIn(registry), address, { maxBytes: MEBIBYTE });
    assert.deepEqual(Buffer.from(bytes), blob);
  });

  for (const [what, sent, code] of [
    ["shorter", blob.subarray(1), "truncated"],
    ["longer", Buffer.concat([blob, blob]), "too-large"],
    ["other", Buffer.from(blob).reverse(), "digest-mismatch"],
  ] as const) {
    it(`are refused when they are ${what} than their descriptor says`, async () => {
      const registry = await start(answers(200, sent));
      await assert.rejects(quickClient().blob(imageIn(registry), address, { maxBytes: MEBIBYTE }), hasCode(code));
    });
  }

  it("are not asked for twice the limit of the caller", async () => {
    const registry = await start(answers(200, blob));
    await assert.rejects(quickClient().blob(imageIn(registry), address, { maxBytes: 4 }), hasCode("too-large"));
    await assert.rejects(
      quickClient().blob(imageIn(registry), { digest: address.digest }, { maxBytes: 4 }),
      hasCode("too-large"),
    );
  });

  it("are streamed to a file, again from the start after a broken connection", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-download-"));
    try {
      const file = join(folder, "blob");
      const cut: Behaviour = (_, response) => {
        response.writeHead(200, { "content-length": String(blob.byteLength) });
        response.write(blob.subarray(0, 5), () => response.destroy());
      };
      const registry = await start(inTurn(cut, answers(200, blob)));
      await quickClient().download(imageIn(registry), address, file, { maxBytes: MEBIBYTE });
      assert.deepEqual(await readFile(file), blob);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
