import assert from "node:assert/strict";
import { clusterObjectSchema } from "../../../src/adapters/drift/cluster-objects.ts";

const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "n", managedFields: [{ manager: "kubectl", fieldsV1: { "f:data": {} } }] },
  data: { URL: "czNjcjN0" },
  stringData: { URL: "s3cr3t" },
};

describe("an object of the cluster", () => {
  it("is read without what a Secret holds, of which the keys remain", () => {
    const read = clusterObjectSchema.parse(SECRET);
    assert.doesNotMatch(JSON.stringify(read), /s3cr3t|czNjcjN0/);
    assert.deepEqual(read.content["data"], { URL: null });
    assert.deepEqual(read.managers, [{ manager: "kubectl", subresource: undefined, fields: { "f:data": {} } }]);
  });

  it("says whether another one answers for it, and whether it is going", () => {
    const { owned, isGoing } = clusterObjectSchema.parse(SECRET);
    assert.deepEqual([owned, isGoing], [false, false]);
    const more = { ownerReferences: [{ kind: "X" }], deletionTimestamp: "2026-11-20T10:11:12Z" };
    const other = clusterObjectSchema.parse({ ...SECRET, metadata: { ...SECRET.metadata, ...more } });
    assert.deepEqual([other.owned, other.isGoing], [true, true]);
  });
});
