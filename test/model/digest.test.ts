import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf, hexOf, isDigest } from "../../src/model/digest.ts";

describe("digestOf", () => {
  it("is the SHA-256 of the content", () => {
    // FIPS 180-4's example.
    assert.equal(digestOf("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert.equal(digestOf(new TextEncoder().encode("abc")), digestOf("abc"));
  });

  it("is a digest whatever the content, and hexOf is its digits", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const digest = digestOf(bytes);
        assert.ok(isDigest(digest));
        assert.equal(`sha256:${hexOf(digest)}`, digest);
      }),
    );
  });
});

describe("isDigest", () => {
  const hex = "0123456789abcdef".repeat(4);
  for (const text of [
    "",
    hex,
    `sha256:${hex}\n`,
    ` sha256:${hex}`,
    `sha256:${hex}0`,
    `sha256:${hex.slice(1)}`,
    `SHA256:${hex}`,
    `sha256:${hex.toUpperCase()}`,
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.ok(!isDigest(text));
    });
  }
});
