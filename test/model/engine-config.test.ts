import assert from "node:assert/strict";
import fc from "fast-check";
import { toEngineConfig } from "../../src/model/engine-config.ts";

const KEYS = ["portal", "secrets", "DATABASE_URL", "env", "0", "constructor"];

/** A tree as the file has it, with the plain text of each secret in it. */
type Written = string | number | boolean | readonly Written[] | { readonly [key: string]: Written };

const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.constantFrom<Written>(3, true, "text", ""),
  fc.nat(9).map((n) => ({ secure: `v1:ciphertext-${n}` })),
);
const written: fc.Arbitrary<Record<string, Written>> = fc.dictionary(
  fc.constantFrom("lockstep:settings", "lockstep:pins", "lockstep:cluster"),
  fc
    .letrec<{ node: Written }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...KEYS), tie("node"), { maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    .node.filter((node) => typeof node === "object" && !("secure" in node)),
  { noNullPrototype: true },
);

/** What the engine hands over for it: every ciphertext in the clear. */
function decrypted(node: Written): Written {
  if (Array.isArray(node)) return node.map((item: Written) => decrypted(item));
  if (typeof node !== "object") return node;
  const map = node as Readonly<Record<string, Written>>;
  if (typeof map["secure"] === "string") return `plain of ${map["secure"]}`;
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, decrypted(inner)]));
}

function given(tree: Readonly<Record<string, Written>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, JSON.stringify(decrypted(value))]));
}

function secretPaths(
  node: Written,
  path: readonly (string | number)[] = [],
): (readonly [readonly (string | number)[], string])[] {
  if (Array.isArray(node)) return node.flatMap((item: Written, index) => secretPaths(item, [...path, index]));
  if (typeof node !== "object") return [];
  const map = node as Readonly<Record<string, Written>>;
  if (typeof map["secure"] === "string") return [[path, `plain of ${map["secure"]}`]];
  return Object.entries(map).flatMap(([key, inner]) => secretPaths(inner, [...path, key]));
}

describe("toEngineConfig", () => {
  it("brings what the engine hands over back into the file's shape, with no difference", () => {
    fc.assert(
      fc.property(written, (file) => {
        const { tree, differences } = toEngineConfig(given(file), file);
        assert.deepEqual(tree, file);
        assert.deepEqual(differences, []);
      }),
      { numRuns: 500 },
    );
  });

  it("gives each secret by its path alone: the tree has none in the clear", () => {
    fc.assert(
      fc.property(written, (file) => {
        const config = toEngineConfig(given(file), file);
        assert.ok(!JSON.stringify(config).includes("plain of"));
        for (const [path, plain] of secretPaths(file)) assert.equal(config.secretAt(path), plain);
        assert.equal(config.secretAt(["lockstep:settings", "nobody"]), undefined);
      }),
      { numRuns: 500 },
    );
  });

  const FILE = {
    "lockstep:settings": { portal: { replicas: 2, hosts: ["a.example.com"], secrets: { X: { secure: "v1:x" } } } },
    "lockstep:cluster": { context: "test" },
    "other:key": "x",
  };
  const settings = (portal: object): Record<string, string> => ({
    ...given({ "lockstep:cluster": FILE["lockstep:cluster"] }),
    "lockstep:settings": JSON.stringify({ portal }),
  });
  const portal = { replicas: 2, hosts: ["a.example.com"], secrets: { X: "hunter2" } };

  it("takes no notice of other projects' keys", () => {
    assert.deepEqual(toEngineConfig({ ...settings(portal), "aws:region": "eu" }, FILE).differences, []);
  });

  const differing: Readonly<Record<string, readonly [Record<string, string>, readonly string[]]>> = {
    "another number": [settings({ ...portal, replicas: 3 }), ["lockstep:settings.portal.replicas"]],
    "one host more": [settings({ ...portal, hosts: ["a.example.com", "b"] }), ["lockstep:settings.portal.hosts"]],
    "another host": [settings({ ...portal, hosts: ["b.example.com"] }), ["lockstep:settings.portal.hosts[0]"]],
    "a value that the file does not have": [
      settings({ ...portal, protect: true }),
      ["lockstep:settings.portal.protect"],
    ],
    "a value that only the file has": [
      settings({ replicas: 2, secrets: { X: "hunter2" } }),
      ["lockstep:settings.portal.hosts"],
    ],
    "a secret that the file does not have": [
      settings({ ...portal, secrets: { X: "hunter2", Y: "hunter2" } }),
      ["lockstep:settings.portal.secrets.Y"],
    ],
    "a section that only the file has": [{ "lockstep:cluster": '{"context":"test"}' }, ["lockstep:settings"]],
    "a section that the file does not have": [{ ...settings(portal), "lockstep:pins": '{"a":{}}' }, ["lockstep:pins"]],
    "text that is no JSON": [{ ...settings(portal), "lockstep:cluster": "{" }, ["lockstep:cluster"]],
  };
  for (const [name, [from, differences]] of Object.entries(differing)) {
    it(`tells where the engine's values are not the file's: ${name}`, () => {
      const config = toEngineConfig(from, FILE);
      assert.deepEqual(config.differences, differences);
    });
  }

  it("takes an empty section, null and none for the same", () => {
    const file = { "lockstep:pins": null, "lockstep:settings": {} };
    assert.deepEqual(toEngineConfig({ "lockstep:pins": "" }, file).differences, []);
  });
});
