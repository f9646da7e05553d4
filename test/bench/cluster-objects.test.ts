import assert from "node:assert/strict";
import { inNamespace, objectsOfState, toList } from "../../bench/cluster-objects.ts";

const URN = "urn:pulumi:inttest::lockstep::";
const service = { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" } };
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };

function state(...resources: readonly object[]): string {
  return JSON.stringify({ deployment: { resources } });
}

describe("the bench's cluster objects", () => {
  it("are those that a state declares, namespaces first, without the engine's own keys", () => {
    const json = state(
      { urn: `${URN}pulumi:pulumi:Stack::s` },
      { urn: `${URN}pulumi:providers:kubernetes::c`, inputs: { context: "c" } },
      { urn: `${URN}lockstep:index:Stage$kubernetes:core/v1:Service::a`, inputs: { __defaults: [], ...service } },
      { urn: `${URN}lockstep:index:Stage$kubernetes:core/v1:Namespace::n`, inputs: namespace },
    );
    assert.deepEqual(objectsOfState(json), [namespace, service]);
  });

  it("are without a stage's admission objects, which no other namespace has", () => {
    const types = "lockstep:index:Stage$lockstep:index:Admission$kubernetes:core/v1:LimitRange";
    const list = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "n-images", namespace: "n" } };
    assert.deepEqual(objectsOfState(state({ urn: `${URN}${types}::n-images`, inputs: list })), []);
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
