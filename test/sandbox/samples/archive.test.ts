import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { gzipOf, tarOf, type ArchiveFile } from "../../../sandbox/samples/archive.ts";
import { readTar } from "./read-tar.ts";

const MODIFIED = new Date("2026-10-12T09:10:37Z");

function file(path: string, content: string): ArchiveFile {
  return { path, content: Buffer.from(content) };
}

describe("tarOf", () => {
  it("is read back with names, modes, times and contents", async () => {
    const files = [file("app/b.txt", "bee"), { ...file("app/a", "x".repeat(513)), executable: true }];
    assert.deepEqual(await readTar(tarOf(files, MODIFIED)), [
      { path: "app/a", mode: 0o755, modified: MODIFIED, content: "x".repeat(513) },
      { path: "app/b.txt", mode: 0o644, modified: MODIFIED, content: "bee" },
    ]);
  });

  it("does not depend on the order in which the files were found", () => {
    const files = fc.uniqueArray(
      fc.record({ path: fc.stringMatching(/^[a-z]{1,8}$/), content: fc.uint8Array({ maxLength: 1100 }) }),
      { selector: ({ path }) => path },
    );
    fc.assert(
      fc.property(files, (found) => {
        assert.deepEqual(tarOf(found, MODIFIED), tarOf(found.toReversed(), MODIFIED));
      }),
    );
  });

  it("refuses a path that would need an extended header", () => {
    assert.throws(() => tarOf([file("x".repeat(300), "")], MODIFIED));
  });
});

describe("gzipOf", () => {
  for (const length of [0, 1, 65_534, 65_535, 65_536, 131_070, 200_000]) {
    it(`is what gunzip reads, at ${length} bytes`, () => {
      const content = Buffer.alloc(length, "lockstep");
      assert.ok(gunzipSync(gzipOf(content)).equals(content));
    });
  }

  it("is what gunzip reads, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (content) => {
        assert.ok(gunzipSync(gzipOf(content)).equals(content));
      }),
    );
  });

  it("states no time and no system", () => {
    assert.equal(gzipOf(Buffer.from("x")).subarray(0, 10).toString("hex"), "1f8b08000000000000ff");
  });
});
