import assert from "node:assert/strict";
import { parseStatus } from "../../src/adapters/git-status.ts";

const HASH = "0".repeat(40);

describe("git's list of what is not clean", () => {
  it("is read whatever the paths are", () => {
    const lines = [
      `1 .M N... 100644 100644 100644 ${HASH} ${HASH} a b  c`,
      `1 A. N... 000000 100644 100644 ${HASH} ${HASH} staged`,
      `1 MM N... 100644 100644 100644 ${HASH} ${HASH} both`,
      `u UU N... 100644 100644 100644 100644 ${HASH} ${HASH} ${HASH} x\ny`,
      "? ? !",
      "! ignored/",
    ];
    assert.deepEqual(
      parseStatus(`${lines.join("\0")}\0`).map(({ path, state }) => [path, state]),
      [
        ["a b  c", "edited"],
        ["staged", "staged"],
        ["both", "edited"],
        ["x\ny", "unmerged"],
        ["? !", "unknown"],
        ["ignored/", "ignored"],
      ],
    );
    assert.deepEqual(parseStatus(""), []);
  });

  for (const text of ["2 R. N... 1 1 1 0 0 R100 a\0b\0", "1 .M N...\0", "x y\0", "?\0"]) {
    it(`is a broken contract as ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseStatus(text), /git status/);
    });
  }
});
