import assert from "node:assert/strict";
import { didYouMean, nearestName } from "../../src/model/nearest.ts";

const KNOWN = ["replicas", "resources", "env", "hosts", "secrets"];

describe("nearestName", () => {
  for (const [name, nearest] of Object.entries({
    replcas: "replicas",
    REPLICAS: "replicas",
    secret: "secrets",
    resource: "resources",
    envs: "env",
    volumes: undefined,
    "": undefined,
  })) {
    it(`takes ${JSON.stringify(name)} for ${nearest ?? "no known name"}`, () => {
      assert.equal(nearestName(name, KNOWN), nearest);
    });
  }

  it("suggests nothing where nothing is known", () => {
    assert.equal(didYouMean("x", []), "");
  });
});
