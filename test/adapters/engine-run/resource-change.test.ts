import assert from "node:assert/strict";
import { mergeChanges, toResourceChange } from "../../../src/adapters/engine-run/resource-change.ts";

const urn = "urn:pulumi:inttest::lockstep::lockstep:index:Application$kubernetes:apps/v1:Deployment::portal:a/portal";
const step = { op: "update", urn, type: "kubernetes:apps/v1:Deployment" };
const event = (metadata: Readonly<Record<string, unknown>>) => ({ resourcePreEvent: { metadata } });

describe("a change of the engine's", () => {
  it("is what is done to a resource, with the fields", () => {
    const detailedDiff = { "spec.replicas": { diffKind: "update" }, "spec.paused": { diffKind: "add" } };
    assert.deepEqual(toResourceChange(event({ ...step, detailedDiff })), {
      ...{ urn, type: step.type, name: "portal:a/portal", operation: "update" },
      ...{ fields: ["spec.paused", "spec.replicas"], replaces: [] },
    });
  });

  it("names the properties where the provider tells no more", () => {
    const change = toResourceChange(event({ ...step, diffs: ["spec", "metadata"], detailedDiff: null }));
    assert.deepEqual(change?.fields, ["metadata", "spec"]);
  });

  it("is nothing where a resource stays as it is, or is only read", () => {
    for (const op of ["same", "refresh", "read", "discard"]) {
      assert.equal(toResourceChange(event({ ...step, op })), undefined, op);
    }
    assert.equal(toResourceChange({ preludeEvent: {} }), undefined);
  });

  it("is one replacement, whatever steps it is made of, with the fields that ask for it", () => {
    const detailedDiff = { "metadata.name": { diffKind: "update-replace" }, "spec.replicas": { diffKind: "update" } };
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) => ({ ...step, op, detailedDiff }));
    const changes = steps.flatMap((one) => toResourceChange(event(one)) ?? []);
    const [merged, ...others] = mergeChanges(changes);
    assert.deepEqual(others, []);
    assert.equal(merged?.operation, "replace");
    assert.deepEqual(merged.replaces, ["metadata.name"]);
    assert.deepEqual(merged.fields, ["metadata.name", "spec.replicas"]);
  });

  it("takes the engine's keys for the reason of a replacement where there is no detail", () => {
    const change = toResourceChange(event({ ...step, op: "replace", keys: ["metadata"] }));
    assert.deepEqual(change?.replaces, ["metadata"]);
  });

  it("is a replacement where a resource is deleted and made again", () => {
    const changes = ["delete", "create"].flatMap((op) => toResourceChange(event({ ...step, op })) ?? []);
    assert.deepEqual(
      mergeChanges(changes).map(({ operation }) => operation),
      ["replace"],
    );
  });

  it("names the object that it makes, also in place of another one, and none that it makes nothing of", () => {
    const metadata = { name: "portal", namespace: "a", labels: { app: "portal" } };
    const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} };
    const made = { apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "portal" };
    const named = (op: string, more = {}) => toResourceChange(event({ ...step, op, new: { inputs }, ...more }))?.makes;
    assert.deepEqual([named("create"), named("create-replacement")], [made, made]);
    assert.deepEqual(
      ["update", "delete", "replace", "delete-replaced"].map((op) => named(op)),
      Array(4).fill(undefined),
    );
    assert.equal(named("create", { new: { inputs: { ...inputs, metadata: {} } } }), undefined);
    assert.equal(named("create", { type: "lockstep:index:Stage" }), undefined);
    const steps = ["delete-replaced", "replace", "create-replacement"].map((op) => ({ ...step, op, new: { inputs } }));
    const merged = mergeChanges(steps.flatMap((one) => toResourceChange(event(one)) ?? []));
    assert.deepEqual(
      merged.map(({ makes }) => makes),
      [made],
    );
  });

  it("stays apart from changes of other resources", () => {
    const other = `${urn}-2`;
    const changes = [urn, other].flatMap((one) => toResourceChange(event({ ...step, urn: one })) ?? []);
    assert.equal(mergeChanges(changes).length, 2);
  });
});
