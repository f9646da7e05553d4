import assert from "node:assert/strict";
import deserialize from "@pulumi/policy/deserialize.js";
import fc from "fast-check";
import { isUnknownValueError, unknownCheckingProxy } from "../../../policy/engine/unknown-values.ts";
import type { JudgedResource } from "../../../policy/rule.ts";
import { secret, toStruct, unknown } from "../harness/engine-values.ts";
import { resource } from "../harness/resources.ts";

/** @pulumi/policy's own, whose type declarations leave it out. */
const { deserializeProperties } = deserialize as unknown as {
  readonly deserializeProperties: (struct: unknown, proxySecrets: boolean) => Record<string, unknown>;
};

const type = "kubernetes:core/v1:Secret";

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(unknown),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
    tie("value").map(secret),
  ),
}));
const properties = fc.dictionary(fc.string(), value, { maxKeys: 4 });

/** Everything of a value that can be read, with the reason in the place of what cannot. */
function read(of: unknown): unknown {
  if (Array.isArray(of)) return Array.from({ length: of.length }, (_, index) => readKey(of, index));
  if (typeof of !== "object" || of === null) return of;
  return Object.keys(of).map((key) => [key, readKey(of, key)]);
}

function readKey(of: object, key: string | number): unknown {
  try {
    return read(Reflect.get(of, key));
  } catch (error) {
    assert.ok(isUnknownValueError(error), String(error));
    return error.message;
  }
}

describe("a resource as rules see it", () => {
  it("has the properties that @pulumi/policy would show", () => {
    fc.assert(
      fc.property(properties, (props) => {
        const theirs = unknownCheckingProxy(deserializeProperties(toStruct(props), false));
        assert.deepEqual(read(resource({ type, props }).props), read(theirs));
      }),
    );
  });

  it("shows secrets plain, and says where they are", () => {
    const judged = resource({ type, props: { stringData: secret({ A: "a" }), data: { B: [secret("b"), "c"] } } });
    assert.deepEqual(JSON.parse(JSON.stringify(judged.props)), { stringData: { A: "a" }, data: { B: ["b", "c"] } });
    const secrets = [["stringData"], ["stringData", "A"], ["data", "B", 0]].map((path) => judged.isSecret(path));
    assert.deepEqual(secrets, [true, true, true]);
    const open = [[], ["data"], ["data", "B"], ["data", "B", 1]].map((path) => judged.isSecret(path));
    assert.deepEqual(open, [false, false, false, false]);
  });

  it("says that a secret whose value is unknown is secret, and does not show it", () => {
    const judged = resource({ type, props: { stringData: { A: secret(unknown) } } });
    assert.ok(judged.isSecret(["stringData", "A"]));
    assert.throws(() => JSON.stringify(judged.props), isUnknownValueError);
  });

  it("has the options of the engine", () => {
    const options = { protect: true, ignoreChanges: ["spec"], customTimeouts: { create: 5 } };
    const { opts }: JudgedResource = resource({ type, props: {}, options, parents: ["lockstep:index:Stage"] });
    assert.equal(opts.protect, true);
    assert.deepEqual(opts.ignoreChanges, ["spec"]);
    assert.deepEqual(opts.customTimeouts, { createSeconds: 5, updateSeconds: 0, deleteSeconds: 0 });
    assert.equal(opts.parent, "urn:pulumi:inttest::platform::lockstep:index:Stage::inttest");
  });
});
