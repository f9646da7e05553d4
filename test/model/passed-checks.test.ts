import assert from "node:assert/strict";
import { digestOf } from "../../src/model/digest.ts";
import { checksKey, standingOf } from "../../src/model/passed-checks.ts";

const now = { image: digestOf("2.4.0"), state: digestOf("2.4.0 with two replicas") };

describe("what has passed its checks", () => {
  it("is the very state that did, else its image, else nothing", () => {
    const passed = { application: "portal", ...now };
    assert.equal(standingOf(now, passed), "passed");
    assert.equal(standingOf(now, { ...passed, state: digestOf("with three") }), "image-passed");
    assert.equal(standingOf(now, { ...passed, image: digestOf("2.3.0") }), "never");
    assert.equal(standingOf(now, undefined), "never");
  });

  it("is kept under a key of a ConfigMap, for the longest names, and another for each stage", () => {
    const scope = { project: "p".repeat(63), stage: "s".repeat(63) };
    const key = checksKey(scope, "a".repeat(63));
    assert.ok(key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key), key);
    assert.notEqual(key, checksKey({ ...scope, stage: "prod" }, "a".repeat(63)));
  });
});
