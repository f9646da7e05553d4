import assert from "node:assert/strict";
import canonicalize from "canonicalize";
import fc from "fast-check";
import type { Json } from "../../../src/model/json.ts";
import { canonicalJson, isCanonicalText } from "../../../src/model/statements/canonical-json.ts";

/** Keys that sort otherwise as numbers, as UTF-16 and as code points, and those that objects treat in their own way. */
const keys = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("a", "b", "1", "9", "10", "", "\u20ac", "\ufb33", "\u{1F600}", "toJSON", "length", "constructor"),
);
const { value: values } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom<Json>(null, true, false, 0, -0, 1e21, 1e-7, "\u2028", "\u007f", '"\\\b\n\u0001'),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
  ),
}));

/** As a reader gets it who parses what somebody else wrote: keys in any order. */
function parsed(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

describe("canonicalJson", () => {
  it("gives the library's text, whatever the order of keys", () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.equal(canonicalJson(parsed(value)), canonicalize(parsed(value)));
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the library's text of what is in its canonical form already", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalize(parsed(value)) ?? "";
        assert.equal(canonicalJson(JSON.parse(text) as Json), text);
        assert.ok(isCanonicalText(JSON.parse(text) as Json, text));
      }),
      { numRuns: 2000 },
    );
  });

  for (const [what, value] of Object.entries({
    "half a character": "\ud800",
    "half a character in a key": { "\ud800": 1 },
    "half a character in a list": [["\udc00"]],
    "a number that is none": Number.NaN,
    "an infinite number": { a: -Infinity },
  })) {
    it(`refuses ${what}, as the library does`, () => {
      assert.throws(() => canonicalize(value));
      assert.throws(() => canonicalJson(value));
    });
  }

  it("treats what is no JSON as the library does", () => {
    const date = new Date(0);
    for (const value of [{ a: undefined, b: 1 }, [undefined], { a: date }, { a: { toJSON: () => 5 } }, new Map()]) {
      // Nothing that a type lets through: what a mistake elsewhere could.
      assert.equal(canonicalJson(value as unknown as Json), canonicalize(value));
    }
  });
});

describe("isCanonicalText", () => {
  for (const text of ['{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '{"a":1}\n', '{"a":1.0}', '{"a":"\\u0061"}', '{"9":1,"10":2}']) {
    it(`says no to ${text.trim()}`, () => {
      assert.equal(isCanonicalText(JSON.parse(text) as Json, text), false);
    });
  }

  for (const text of ['{"a":2,"b":1}', '{"10":2,"9":1}', "[]", '"é"', '{"":1}', "-1e-7"]) {
    it(`says yes to ${text}`, () => {
      assert.equal(isCanonicalText(JSON.parse(text) as Json, text), true);
    });
  }
});
