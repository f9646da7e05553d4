import assert from "node:assert/strict";
import { inNamespace, objectsOfState, toList } from "../../bench/cluster-objects.ts";

const service = { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" } };
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };

function state(...resources: readonly object[]): string {
  return JSON.stringify({ deployment: { resources } });
}

describe("the bench's cluster objects", () => {
  it("are those that a state declares, namespaces first, without the engine's own keys", () => {
    const json = state(
      { type: "pulumi:pulumi:Stack" },
      { type: "pulumi:providers:kubernetes", inputs: { context: "c" } },
      { type: "kubernetes:core/v1:Service", inputs: { __defaults: [], ...service } },
      { type: "kubernetes:core/v1:Namespace", inputs: namespace },
    );
    assert.deepEqual(objectsOfState(json), [namespace, service]);
  });

  it("move to another namespace together with it, and change nothing else", () => {
    assert.deepEqual(inNamespace([namespace, service], "m"), [
      { ...namespace, metadata: { name: "m" } },
      { ...service, metadata: { name: "a", namespace: "m" } },
    ]);
  });

  it("are handed to kubectl as one list", () => {
    assert.deepEqual(JSON.parse(toList([service])), { apiVersion: "v1", kind: "List", items: [service] });
  });
});
