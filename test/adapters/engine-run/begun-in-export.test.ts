import assert from "node:assert/strict";
import { withUnread } from "../../../src/adapters/engine-run/begun-in-export.ts";
import { exportSchema } from "../../../src/adapters/engine-run/stack-state.ts";
import type { FoundObject } from "../../../src/adapters/engine-run/settle-pending.ts";
import type { JsonObject } from "../../../src/model/json.ts";

const URN = "urn:pulumi:inttest::lockstep::kubernetes:apps/v1:Deployment::portal:ehealth/portal";
const MANAGER = "pulumi-kubernetes-46d023cd";
const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "portal", namespace: "ehealth" } };
const resource = { urn: URN, custom: true, type: "kubernetes:apps/v1:Deployment", inputs };
const outputs = { ...inputs, __fieldManager: MANAGER, __inputs: inputs, status: { replicas: 2 } };
const known = { ...resource, id: "ehealth/portal", outputs };
const other = { ...known, urn: `${URN}-two`, id: "ehealth/portal-two" };
const found: FoundObject = { id: "ehealth/portal", fieldManager: MANAGER, madeUp: [MANAGER], named: inputs };

const stateOf = (deployment: JsonObject) => exportSchema.parse({ deployment }).deployment;
const begun = (type: string): JsonObject => ({ resource, type });

describe("what was begun, in a state that the engine imports", () => {
  it("is an object that nobody has looked at since, where it was being changed or deleted", () => {
    for (const type of ["updating", "deleting"]) {
      const deployment = withUnread({ resources: [known, other] }, [begun(type)], new Map());
      assert.deepEqual(stateOf(deployment), { pending: [], unread: [URN] });
      assert.deepEqual((deployment["resources"] as JsonObject[])[1], other);
    }
  });

  it("is one that is taken over, where it was being made and is there", () => {
    const deployment = withUnread({ resources: [other] }, [begun("creating")], new Map([[URN, found]]));
    assert.deepEqual(stateOf(deployment), { pending: [], unread: [URN] });
  });

  it("is nothing, where it was being made and is not there", () => {
    const deployment = withUnread({ resources: [other] }, [begun("creating")], new Map());
    assert.deepEqual(deployment, { resources: [other], pending_operations: [] });
  });

  it("keeps everything that it knew of an object besides", () => {
    const deployment = withUnread({ resources: [known] }, [begun("updating")], new Map());
    const { kind, ...rest } = outputs;
    assert.equal(kind, "Deployment");
    assert.deepEqual(deployment["resources"], [{ ...known, outputs: rest }]);
  });

  it("leaves what is to be deleted as it is", () => {
    const leaving = { ...known, delete: true };
    const deployment = withUnread({ resources: [leaving] }, [begun("updating")], new Map());
    assert.deepEqual(deployment["resources"], [leaving]);
  });
});
