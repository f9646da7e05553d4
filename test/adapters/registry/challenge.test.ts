import assert from "node:assert/strict";
import fc from "fast-check";
import { parseChallenge } from "../../../src/adapters/registry/challenge.ts";

const BEARER = 'Bearer realm="https://auth.example.com/token",service="example"';
const PARSED = { kind: "bearer", realm: "https://auth.example.com/token", service: "example" };

describe("parseChallenge", () => {
  for (const [header, expected] of [
    [BEARER, PARSED],
    [BEARER.toLowerCase(), PARSED],
    [`${BEARER},scope="repository:a/b:pull,push"`, PARSED],
    [`Basic realm="a, Bearer realm=x", ${BEARER}`, PARSED],
    [`Negotiate, ${BEARER}`, PARSED],
    [`Negotiate YII==, ${BEARER}`, PARSED],
    ['Bearer realm="a\\"b"', { kind: "bearer", realm: 'a"b' }],
    ['Basic realm="x"', { kind: "basic" }],
    ["basic", { kind: "basic" }],
    ["Bearer", undefined],
    ["Digest realm=x", undefined],
    ["", undefined],
    [null, undefined],
  ] as const) {
    it(`reads ${JSON.stringify(header)}`, () => {
      assert.deepEqual(parseChallenge(header), expected);
    });
  }

  it("ends on any text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "B", "=", " ", ",", '"', "\\", ";", "/", "é")), (text) => {
        parseChallenge(`Bearer ${text.join("")}`);
      }),
    );
  });
});
