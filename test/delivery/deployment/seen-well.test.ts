import assert from "node:assert/strict";
import { seenWell } from "../../../src/delivery/deployment/seen-well.ts";
import type { ApplicationRollout } from "../../../src/model/rollout.ts";

function rollout(application: string, ready: number, parts: Partial<ApplicationRollout> = {}): ApplicationRollout {
  const workload = { kind: "Deployment", name: application, namespace: "ehealth", ready, wanted: 2 } as const;
  return { application, workloads: [workload], done: ready === 2, problems: [], ...parts };
}

describe("what somebody saw well", () => {
  it("is what is ready and did not fail", () => {
    const rollouts = [rollout("portal", 2), rollout("patients", 2)];
    assert.deepEqual(seenWell(["portal", "patients"], rollouts, [{ name: "patients", problems: [] }]), ["portal"]);
  });

  it("is nothing that nobody looked at, and nothing whose pods are still to come", () => {
    assert.deepEqual(seenWell(["portal"], [], []), []);
    assert.deepEqual(seenWell(["portal"], [rollout("portal", 1)], []), []);
  });

  it("is also what has no workloads", () => {
    const none = rollout("portal", 0, { workloads: [] });
    assert.deepEqual(seenWell(["portal"], [none], []), ["portal"]);
    const problem = { code: "other" as const, object: "Job/a", text: "failed", log: [] };
    assert.deepEqual(seenWell(["portal"], [{ ...none, problems: [problem] }], []), []);
  });
});
