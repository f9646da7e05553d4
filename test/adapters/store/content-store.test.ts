import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { ContentStore } from "../../../src/adapters/store/content-store.ts";
import { StoreError } from "../../../src/adapters/store/store-error.ts";
import { digestOf, hexOf, type Digest } from "../../../src/model/digest.ts";

const CONTENT = Buffer.from("some evidence");
const DIGEST = digestOf(CONTENT);

describe("ContentStore", () => {
  let folder: string;
  let store: ContentStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-store-"));
    store = new ContentStore(folder);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const entry = (digest: Digest): string => join(folder, "sha256", hexOf(digest).slice(0, 2), hexOf(digest));

  async function assertKept(): Promise<void> {
    assert.deepEqual(await store.get(DIGEST), CONTENT);
  }

  it("gives back what was put, and has nothing else", async () => {
    assert.equal(await store.get(DIGEST), undefined);
    assert.equal(await store.put(CONTENT), DIGEST);
    await assertKept();
    assert.equal(await store.get(digestOf("other")), undefined);
  });

  it("is read by another process's store, in the same folder", async () => {
    await store.put(CONTENT);
    assert.deepEqual(await new ContentStore(folder).get(DIGEST), CONTENT);
  });

  it("keeps the empty content", async () => {
    assert.deepEqual(await store.get(await store.put(Buffer.alloc(0))), Buffer.alloc(0));
  });

  const plant: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
    "other bytes": (file) => writeFile(file, "planted evidence"),
    "a part of it": (file) => writeFile(file, CONTENT.subarray(1)),
    nothing: (file) => writeFile(file, ""),
    "a link to it": async (file) => {
      await writeFile(join(folder, "elsewhere"), CONTENT);
      await symlink(join(folder, "elsewhere"), file);
    },
    "a link to itself": (file) => symlink(file, file),
    "a pipe": (file) => Promise.resolve(execFileSync("mkfifo", [file])),
  };
  for (const [what, planted] of Object.entries(plant)) {
    it(`treats an entry with ${what} as absent, and mends it`, async () => {
      await mkdir(dirname(entry(DIGEST)), { recursive: true });
      await planted(entry(DIGEST));
      assert.equal(await store.get(DIGEST), undefined);
      await store.put(CONTENT);
      await assertKept();
    });
  }

  it("treats a folder in an entry's place as absent", async () => {
    await mkdir(entry(DIGEST), { recursive: true });
    assert.equal(await store.get(DIGEST), undefined);
  });

  for (const [what, put] of [
    ["a blob", () => store.put(CONTENT)],
    ["a chart", () => store.fill(DIGEST, (file) => writeFile(file, CONTENT))],
    ["a hint", () => store.addHint(DIGEST, DIGEST)],
  ] as const) {
    it(`says that ${what} cannot be kept where something is in the way, and leaves nothing behind`, async () => {
      const folders = [dirname(entry(DIGEST)), join(folder, "charts"), join(folder, "hints", hexOf(DIGEST))];
      for (const parent of folders) {
        for (const name of [hexOf(DIGEST), `${hexOf(DIGEST)}.tgz`])
          await mkdir(join(parent, name), { recursive: true });
      }
      await assert.rejects(put(), (error) => error instanceof StoreError && error.folder === folder);
      for (const parent of folders) assert.equal((await readdir(parent)).length, 2);
    });
  }

  it("does not read more than it was told", async () => {
    await store.put(CONTENT);
    assert.equal(await store.get(DIGEST, { maxBytes: CONTENT.byteLength - 1 }), undefined);
    assert.deepEqual(await store.get(DIGEST, { maxBytes: CONTENT.byteLength }), CONTENT);
  });

  it("never returns anything but content of the digest, whatever is planted", async () => {
    await store.put(CONTENT);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        await writeFile(entry(DIGEST), bytes);
        const found = await store.get(DIGEST);
        assert.ok(found === undefined || digestOf(found) === DIGEST);
      }),
    );
  });

  it("takes the same content from many writers at once and leaves no temporary files", async () => {
    const stores = Array.from({ length: 20 }, () => new ContentStore(folder));
    await Promise.all(stores.flatMap((each) => [each.put(CONTENT), each.put(CONTENT), each.get(DIGEST)]));
    await assertKept();
    assert.deepEqual(await readdir(dirname(entry(DIGEST))), [hexOf(DIGEST)]);
  });

  it("keeps a chart as a file that tools can read, only when its content has the digest", async () => {
    assert.equal(await store.path(DIGEST), undefined);
    assert.equal(await store.fill(DIGEST, (file) => writeFile(file, "other")), undefined);
    assert.equal(await store.path(DIGEST), undefined);
    const file = await store.fill(DIGEST, (temporaryFile) => writeFile(temporaryFile, CONTENT));
    assert.equal(file, join(folder, "charts", `${hexOf(DIGEST)}.tgz`));
    assert.equal(await store.path(DIGEST), file);
    assert.deepEqual(await readFile(file), CONTENT);
    assert.deepEqual(await readdir(dirname(file)), [`${hexOf(DIGEST)}.tgz`]);
  });

  it("does not name a chart's file that was changed", async () => {
    const file = await store.fill(DIGEST, (temporaryFile) => writeFile(temporaryFile, CONTENT));
    assert.ok(file);
    await writeFile(file, "planted");
    assert.equal(await store.path(DIGEST), undefined);
  });

  it("leaves nothing behind when a chart cannot be written", async () => {
    const failing = store.fill(DIGEST, async (file) => {
      await writeFile(file, "half");
      throw new Error("interrupted");
    });
    await assert.rejects(failing, /interrupted/);
    assert.deepEqual(await readdir(join(folder, "charts")), []);
  });

  it("remembers hints, each once, and leaves out what is no digest", async () => {
    const evidence = digestOf("evidence");
    assert.deepEqual(await store.hints(DIGEST), []);
    await Promise.all([store.addHint(DIGEST, evidence), store.addHint(DIGEST, evidence)]);
    await writeFile(join(folder, "hints", hexOf(DIGEST), "..x"), "");
    assert.deepEqual(await store.hints(DIGEST), [evidence]);
    assert.deepEqual(await store.hints(evidence), []);
  });

  it("gives a bounded number of hints", async () => {
    for (let n = 0; n < 100; n++) await store.addHint(DIGEST, digestOf(String(n)));
    assert.equal((await store.hints(DIGEST)).length, 64);
  });
});
