import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../../src/model/digest.ts";
import { anchorLine, parseAnchor, renderAnchor } from "../../../src/model/trust/anchor.ts";
import { isRulePath, parseRoot, renderRoot, type Root } from "../../../src/model/trust/root.ts";
import { DIGEST, HEX } from "../sample-stage.ts";
import { codesOf, sampleKey, valueOf } from "./sample-trust.ts";

const root: Root = {
  version: 3,
  files: new Map([
    ["roles.yaml", HEX],
    ["stages.yaml", HEX],
  ]),
  rules: new Map([
    ["policy/index.ts", HEX],
    ["policy/rules/image-pinned.ts", HEX],
  ]),
  owners: [
    { principal: "ann", key: sampleKey("ann") },
    { principal: "ben", key: sampleKey("ben") },
  ],
  threshold: 2,
};
const TEXT = renderRoot(root);
const parse = (text: string) => parseRoot("trust/root/3.json", Buffer.from(text));

describe("parseRoot", () => {
  it("reads what renderRoot writes, with the digest of its bytes", () => {
    assert.deepEqual(valueOf(parse(TEXT)), { root, digest: digestOf(TEXT) });
  });

  for (const [name, change, code] of [
    ["a newline at the end", (text: string) => `${text}\n`, "malformed-root"],
    ["spaces", (text: string) => text.replace(",", ", "), "malformed-root"],
    ["keys in another order", (text: string) => JSON.stringify(JSON.parse(text), ["version", "_type"]), "missing-key"],
    ["a key twice", (text: string) => text.replace('"version":3', '"version":3,"version":3'), "malformed-root"],
    ["a byte order mark", (text: string) => `\uFEFF${text}`, "malformed-root"],
    ["no JSON", () => "{", "malformed-root"],
    ["JSON nested a hundred thousand levels deep", () => "[".repeat(1e5) + "]".repeat(1e5), "invalid-value"],
    ["megabytes", (text: string) => text + " ".repeat(1e6), "malformed-root"],
    ["another type", (text: string) => text.replace("root:v1", "root:v2"), "invalid-value"],
    ["an unknown key", (text: string) => text.replace("{", '{"x":1,'), "unknown-key"],
    ["version 0", (text: string) => text.replace('"version":3', '"version":0'), "invalid-value"],
    ["a file that it does not know", (text: string) => text.replace("roles.yaml", "../roles.yaml"), "unknown-key"],
    ["a rule outside of policy/", (text: string) => text.replace("policy/index", "policy/../index"), "invalid-value"],
    ["a hash that is cut off", (text: string) => text.replace(HEX, HEX.slice(1)), "invalid-value"],
    ["an owner twice", (text: string) => text.replace('"ben"', '"ann"'), "duplicate-owner"],
    [
      "one key of two owners",
      (text: string) => text.replace(sampleKey("ben").text, sampleKey("ann").text),
      "duplicate-owner",
    ],
    ["an owner that is a pattern", (text: string) => text.replace('"ben"', '"*"'), "invalid-value"],
    [
      "a key that is none",
      (text: string) => text.replace(sampleKey("ben").text, "ssh-ed25519 AAAA"),
      "not-a-public-key",
    ],
    [
      "a key with a comment",
      (text: string) => text.replace(sampleKey("ben").text, `${sampleKey("ben").text} x`),
      "not-a-public-key",
    ],
    ["a threshold of none", (text: string) => text.replace('"threshold":2', '"threshold":0'), "invalid-value"],
    [
      "a threshold above the owners",
      (text: string) => text.replace('"threshold":2', '"threshold":3'),
      "threshold-too-high",
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      const changed = change(TEXT);
      assert.notEqual(changed, TEXT);
      assert.ok(codesOf(parse(changed)).includes(code), JSON.stringify(parse(changed)));
    });
  }

  it("takes one text only for one root", () => {
    const bytes = Buffer.from(TEXT);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const outcome = parseRoot("f", changed);
        if (outcome.kind === "accepted") assert.deepEqual(Buffer.from(renderRoot(outcome.value.root)), changed);
      }),
    );
  });
});

describe("isRulePath", () => {
  it("takes files under policy/ and nothing that leads elsewhere", () => {
    assert.ok(["policy/index.ts", "policy/.gitignore", "policy/a/b/c.ts"].every(isRulePath));
    assert.ok(
      !["policy", "policy/", "policy/..", "policy/../a", "policy/./a", "src/a", "policy/a//b", "policy/a b"].some(
        isRulePath,
      ),
    );
  });
});

describe("parseAnchor", () => {
  it("reads what renderAnchor writes", () => {
    const anchor = parseAnchor(`12@${DIGEST}`);
    assert.ok(anchor !== undefined);
    assert.equal(renderAnchor(anchor), `12@${DIGEST}`);
    assert.equal(anchorLine(anchor), `export LOCKSTEP_TRUST_ANCHOR=12@${DIGEST}`);
  });

  for (const text of [
    "",
    "1",
    DIGEST,
    `0@${DIGEST}`,
    `01@${DIGEST}`,
    `1@${HEX}`,
    ` 1@${DIGEST}`,
    `1@${DIGEST}\n`,
    `1@${DIGEST.toUpperCase()}`,
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseAnchor(text), undefined);
    });
  }
});
