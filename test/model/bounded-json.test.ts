import assert from "node:assert/strict";
import fc from "fast-check";
import { parseBoundedJson } from "../../src/model/bounded-json.ts";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

function problemOf(text: string | Uint8Array): string | undefined {
  const parsed = parseBoundedJson(Buffer.from(text));
  return parsed.kind === "problem" ? parsed.problem : undefined;
}

describe("parseBoundedJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        assert.deepEqual(parseBoundedJson(Buffer.from(text)), {
          kind: "value",
          value: JSON.parse(text) as unknown,
          text,
        });
      }),
    );
  });

  it("counts levels, and not brackets inside strings", () => {
    assert.equal(problemOf(nested(32)), undefined);
    assert.equal(problemOf(nested(33)), "too-deep");
    assert.equal(problemOf('{"a":'.repeat(33)), "too-deep");
    assert.equal(problemOf(JSON.stringify(`\\"${"[".repeat(100)}`)), undefined);
    assert.equal(problemOf(`["\\"",${nested(32)}]`), "too-deep");
    assert.equal(problemOf(`[${"[],".repeat(100)}[]]`), undefined);
  });

  it("refuses what is not strict UTF-8, and a byte order mark", () => {
    assert.equal(problemOf(Buffer.from([0x22, 0xff, 0x22])), "not-utf8");
    assert.equal(problemOf("\ufeff{}"), "not-json");
    assert.equal(problemOf(""), "not-json");
  });
});
