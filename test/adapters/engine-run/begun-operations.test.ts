import assert from "node:assert/strict";
import { forgottenOf } from "../../../src/adapters/engine-run/begun-operations.ts";
import type { JsonObject } from "../../../src/model/json.ts";

const URN = "urn:pulumi:inttest::lockstep::kubernetes:apps/v1:Deployment::portal:ehealth/portal";
const inputs = { metadata: { name: "portal", namespace: "ehealth" } };

function operationOf(type: string): JsonObject {
  return { type, resource: { urn: URN, inputs } };
}

describe("what an interrupted update had begun", () => {
  const creating = operationOf("creating");
  const made = { urn: URN, id: "ehealth/portal", inputs };

  it("is forgotten where the state says nothing of it", () => {
    assert.deepEqual(forgottenOf({ resources: [] }, [creating]), [creating]);
  });

  it("is not where the state still has it pending", () => {
    assert.deepEqual(forgottenOf({ pending_operations: [creating] }, [creating]), []);
  });

  it("is not where what was to be made is there", () => {
    assert.deepEqual(forgottenOf({ resources: [made] }, [creating]), []);
  });

  it("is where only the object is there that was to be replaced", () => {
    for (const other of [{ delete: true }, { pendingReplacement: true }, { id: "ehealth/portal-0" }]) {
      assert.deepEqual(forgottenOf({ resources: [{ ...made, ...other }] }, [creating]), [creating]);
    }
  });

  it("is where an object was to be changed that the state has, as it was before or after", () => {
    const updating = operationOf("updating");
    assert.deepEqual(forgottenOf({ resources: [made] }, [updating]), [updating]);
  });
});
