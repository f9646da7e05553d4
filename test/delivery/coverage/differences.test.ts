import assert from "node:assert/strict";
import fc from "fast-check";
import { differencesOf } from "../../../src/delivery/coverage/differences.ts";
import type { Json, JsonObject } from "../../../src/model/json.ts";
import { canonicalJson } from "../../../src/model/statements/canonical-json.ts";

const STATE: JsonObject = {
  pin: { image: "registry.example.com/portal:1@sha256:0", chart: "oci://registry.example.com/web:1@sha256:0" },
  settings: { env: { LOG_LEVEL: "info" }, hosts: ["portal.example.com"] },
  definition: { name: "portal", migration: { command: ["up"] } },
  cluster: { context: "prod" },
  namespace: { name: "ehealth" },
  schemaLevel: 3,
  values: { replicas: 2, containers: [{ name: "main" }] },
};

function texts(changes: JsonObject): readonly string[] {
  return differencesOf("portal", STATE, { ...STATE, ...changes }).map(({ text }) => text);
}

describe("differencesOf", () => {
  it("finds none between equals", () => {
    assert.deepEqual(texts({}), []);
    assert.deepEqual(texts({ pin: { ...(STATE["pin"] as JsonObject) } }), []);
  });

  for (const [what, changes, expected] of [
    [
      "a pin",
      { pin: { image: "other", chart: (STATE["pin"] as JsonObject)["chart"] ?? "" } },
      "lockstep:pins.portal.image",
    ],
    [
      "a setting",
      { settings: { env: { LOG_LEVEL: "warn" }, hosts: ["portal.example.com"] } },
      "lockstep:settings.portal.env.LOG_LEVEL",
    ],
    ["a schema level", { schemaLevel: 4 }, "lockstep:schemaLevels.portal"],
    ["a cluster", { cluster: { context: "test" } }, "lockstep:cluster.context"],
    ["a namespace", { namespace: { name: "other" } }, "lockstep:namespaces: name"],
    [
      "the catalogue",
      { definition: { name: "portal", migration: { command: ["down"] } } },
      "src/applications/portal.ts: migration.command[0]",
    ],
    ["a chart value", { values: { replicas: 3, containers: [{ name: "main" }] } }, "chart values: replicas"],
    [
      "a list's length",
      { values: { replicas: 2, containers: [{ name: "main" }, { name: "miner" }] } },
      "chart values: containers",
    ],
    ["something that states may get later", { other: { thing: 1 } }, "other"],
  ] as const) {
    it(`says where ${what} differs`, () => {
      assert.deepEqual(texts(changes), [expected]);
    });
  }

  it("has paths of the stack file, and only of it", () => {
    const paths = differencesOf("portal", STATE, { ...STATE, schemaLevel: 4, values: {} }).map(({ path }) => path);
    assert.deepEqual(paths, [["config", "lockstep:schemaLevels", "portal"], undefined, undefined]);
  });

  it("names causes before what is computed from them", () => {
    const [first, ...others] = texts({ values: {}, effective: {}, settings: {} });
    assert.match(first ?? "", /^lockstep:settings/);
    assert.match(others.at(-1) ?? "", /^effective/);
  });

  const SECRET = "hunter2-";
  const leaf: fc.Arbitrary<Json> = fc.oneof(
    fc.nat({ max: 3 }),
    fc.nat({ max: 9 }).map((number) => `${SECRET}${number}`),
  );
  const tree = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
    node: fc.oneof({ maxDepth: 14 }, leaf, tie("object"), fc.array(tie("node"), { maxLength: 3 })),
    object: fc.dictionary(fc.constantFrom("pin", "settings", "values", "a", "b"), tie("node"), { maxKeys: 4 }),
  })).object;

  it("finds a difference wherever the digests would differ, and says no value", () => {
    fc.assert(
      fc.property(tree, tree, (approved, desired) => {
        const found = differencesOf("portal", approved, desired);
        if (canonicalJson(approved) !== canonicalJson(desired)) assert.notEqual(found.length, 0);
        assert.deepEqual(differencesOf("portal", approved, approved), []);
        for (const { text } of found) assert.ok(!text.includes(SECRET), text);
      }),
    );
  });

  it("is short about a state of any depth", () => {
    const deep = (end: Json): JsonObject => {
      let node: Json = end;
      for (let depth = 0; depth < 500; depth += 1) node = { a: node };
      return { values: node };
    };
    const [difference, ...others] = differencesOf("portal", deep(1), deep(2));
    assert.equal(others.length, 0);
    assert.match(difference?.text ?? "", /^chart values: a(?:\.a){0,20}$/);
  });
});
