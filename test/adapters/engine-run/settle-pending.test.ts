import assert from "node:assert/strict";
import {
  deadManagers,
  pendingCreates,
  settlePending,
  type FoundObject,
} from "../../../src/adapters/engine-run/settle-pending.ts";
import { parseState } from "../../../src/adapters/engine-run/stack-state.ts";
import type { JsonObject } from "../../../src/model/json.ts";

const URN = "urn:pulumi:inttest::lockstep::kubernetes:apps/v1:Deployment::portal:ehealth/portal";
const OTHER = "urn:pulumi:inttest::lockstep::kubernetes:core/v1:Secret::portal:ehealth/portal";
const ID = "ehealth/portal";
const KEPT = "pulumi-kubernetes-46d023cd";
const DEAD = "pulumi-kubernetes-ce3b0ce7";
const named = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "portal", namespace: "ehealth" } };
const found: FoundObject = { id: ID, fieldManager: KEPT, madeUp: [KEPT], named };
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc:def" };

function resourceOf(urn: string, more: JsonObject = {}): JsonObject {
  const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "portal", namespace: "ehealth" } };
  return { urn, custom: true, type: "kubernetes:apps/v1:Deployment", inputs, ...more };
}

function creating(resource: JsonObject): JsonObject {
  return { resource, type: "creating" };
}

function settle(deployment: JsonObject, objects: Readonly<Record<string, FoundObject>> = { [URN]: found }) {
  return settlePending(deployment, new Map(Object.entries(objects)));
}

describe("what a killed run was creating", () => {
  const stack = resourceOf("urn:pulumi:inttest::lockstep::pulumi:pulumi:Stack::lockstep-inttest", { custom: false });
  const baseline = { resources: [stack], pending_operations: [creating(resourceOf(URN))] };

  it("is taken over where the cluster has it, under the name that applied it", () => {
    const { deployment, settled } = settle(baseline);
    assert.deepEqual(settled, [{ urn: URN, operation: "creating", outcome: "taken-over" }]);
    assert.deepEqual(deployment["pending_operations"], []);
    const taken = (deployment["resources"] as readonly JsonObject[])[1];
    assert.equal(taken?.["id"], ID);
    assert.deepEqual(taken["inputs"], resourceOf(URN)["inputs"]);
    assert.deepEqual(taken["outputs"], {
      ...{ __fieldManager: found.fieldManager, __initialApiVersion: "apps/v1" },
      __inputs: resourceOf(URN)["inputs"],
    });
  });

  it("is dropped where the cluster does not have it", () => {
    const { deployment, settled } = settle(baseline, {});
    assert.deepEqual(settled, [{ urn: URN, operation: "creating", outcome: "cleared" }]);
    assert.deepEqual(deployment, { resources: [stack], pending_operations: [] });
  });

  it("is not taken over twice where a later update has it already", () => {
    const known = resourceOf(URN, { id: ID, outputs: { kind: "Deployment", metadata: {} } });
    const { deployment } = settle({ ...baseline, resources: [stack, known] });
    assert.deepEqual(deployment["resources"], [stack, known]);
  });

  it("replaces the one that its update was to replace, which is deleted after it", () => {
    const replaced = resourceOf(URN, { id: "ehealth/portal-1" });
    const { deployment } = settle({ ...baseline, resources: [stack, replaced] });
    const [, first, second] = deployment["resources"] as readonly JsonObject[];
    assert.deepEqual(first, { ...replaced, delete: true });
    assert.equal(second?.["id"], ID);
  });

  it("takes the place of one whose object is gone already", () => {
    const gone = resourceOf(URN, { id: ID, pendingReplacement: true });
    const { deployment } = settle({ ...baseline, resources: [stack, gone] });
    const resources = deployment["resources"] as readonly JsonObject[];
    assert.equal(resources.length, 2);
    assert.equal(resources[1]?.["pendingReplacement"], undefined);
  });

  it("leaves alone what is to be deleted anyway", () => {
    const condemned = resourceOf(URN, { id: "ehealth/portal-0", delete: true });
    const { deployment } = settle({ ...baseline, resources: [stack, condemned] });
    assert.deepEqual((deployment["resources"] as readonly JsonObject[])[1], condemned);
  });

  it("counts once, as the last attempt had it, where several runs were killed at it", () => {
    const last = resourceOf(URN, { inputs: { apiVersion: "apps/v1", attempt: 2 } });
    const twice = { ...baseline, pending_operations: [creating(resourceOf(URN)), creating(last)] };
    assert.deepEqual([...pendingCreates(twice).values()], [last]);
    const { deployment, settled } = settle(twice);
    assert.equal(settled.length, 1);
    assert.deepEqual((deployment["resources"] as readonly JsonObject[])[1]?.["inputs"], last["inputs"]);
  });

  it("keeps its ciphertexts as they are", () => {
    const inputs = { apiVersion: "v1", kind: "Secret", stringData: secret };
    const { deployment } = settle(
      { resources: [], pending_operations: [creating(resourceOf(OTHER, { inputs }))] },
      { [OTHER]: found },
    );
    assert.deepEqual((deployment["resources"] as readonly JsonObject[])[0]?.["inputs"], inputs);
  });

  it("is still known to be unread until the engine has looked at it", () => {
    const state = (latest: JsonObject) => parseState(JSON.stringify({ version: 3, checkpoint: { latest } }));
    const { deployment } = settle(baseline);
    assert.deepEqual(state(deployment), { pending: [], unread: [URN] });
    const read = resourceOf(URN, { id: ID, outputs: { __fieldManager: "a", kind: "Deployment" } });
    assert.deepEqual(state({ resources: [stack, read] }), { pending: [], unread: [] });
  });
});

describe("what a killed run was changing", () => {
  it("stays for the engine's own look, which it needs", () => {
    const updating = { resource: resourceOf(URN, { id: ID }), type: "updating" };
    const before = { resources: [resourceOf(URN, { id: ID })], pending_operations: [updating] };
    const { deployment, settled } = settle(before);
    assert.deepEqual(deployment, before);
    assert.deepEqual(settled, [{ urn: URN, operation: "updating", outcome: "looked-at" }]);
  });
});

describe("the names under which killed runs hold fields", () => {
  const both: FoundObject = { ...found, madeUp: [DEAD, KEPT] };
  const known = resourceOf(URN, { id: ID, outputs: { __fieldManager: KEPT, kind: "Deployment" } });

  function dead(resources: readonly JsonObject[], object = both) {
    return deadManagers({ resources, pending_operations: [creating(resourceOf(URN))] }, new Map([[URN, object]]));
  }

  it("are all but the one that the state goes on with, whichever is newer", () => {
    assert.deepEqual(dead([known]), [{ manager: DEAD, named }]);
    assert.deepEqual(dead([known], { ...both, fieldManager: DEAD }), [{ manager: DEAD, named }]);
  });

  it("are those of the attempts before the last, where no later run has taken it over", () => {
    assert.deepEqual(dead([]), [{ manager: DEAD, named }]);
  });

  it("are none where there is one alone", () => {
    assert.deepEqual(dead([known], found), []);
  });

  it("are none where nothing is held under the name of the state, or under no name in the state", () => {
    assert.deepEqual(dead([known], { ...both, madeUp: [DEAD] }), []);
    assert.deepEqual(dead([resourceOf(URN, { id: ID, outputs: { kind: "Deployment" } })]), []);
  });

  it("are not those of what is to be deleted", () => {
    const condemned = { ...known, outputs: { __fieldManager: DEAD }, delete: true };
    assert.deepEqual(dead([condemned, known]), [{ manager: DEAD, named }]);
  });
});
