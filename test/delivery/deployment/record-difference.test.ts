import assert from "node:assert/strict";
import { differsFromRecord, type RecordFacts } from "../../../src/delivery/deployment/record-difference.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { update } from "../promotion/sample-source.ts";

const root = { version: 1, digest: digestOf("root 1") };
const stated = new Map([["portal", digestOf("a statement")]]);
const facts: RecordFacts = {
  deployed: { root, statements: stated },
  lastUpdate: update(),
  root,
  statements: stated,
};

describe("what a stack remembers", () => {
  it("is as it would be written again where nothing happened", () => {
    assert.ok(!differsFromRecord(facts));
  });

  it("differs where nothing was deployed, and where the last update failed, was cut off or was of a part", () => {
    const others = [
      undefined,
      update({ result: "failed" }),
      update({ result: "in-progress" }),
      update({ partial: true }),
    ];
    for (const lastUpdate of others) assert.ok(differsFromRecord({ ...facts, lastUpdate }));
    assert.ok(differsFromRecord({ ...facts, lastUpdate: update({ kind: "destroy" }) }));
  });

  it("differs where there is another trust root, and not where none counts here", () => {
    assert.ok(differsFromRecord({ ...facts, root: { version: 2, digest: digestOf("root 2") } }));
    assert.ok(!differsFromRecord({ ...facts, root: undefined }));
  });

  it("differs where something was stated since", () => {
    const newer = new Map([["portal", digestOf("another statement")]]);
    assert.ok(differsFromRecord({ ...facts, statements: newer }));
    assert.ok(differsFromRecord({ ...facts, statements: new Map([...stated, ["patients", digestOf("one")]]) }));
  });
});
