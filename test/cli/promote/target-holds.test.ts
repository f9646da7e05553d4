import assert from "node:assert/strict";
import { judgeTargetHolds } from "../../../src/cli/promote/target-holds.ts";
import type { PlacedHold } from "../../../src/adapters/cluster-holds.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { accepted, refused } from "../../../src/model/refusal.ts";
import { samplePlan } from "./sample-plan.ts";

const [first] = samplePlan.applications;
const image = first?.after.image.digest ?? digestOf("");
const placed: PlacedHold = {
  ...{ application: first?.name ?? "", image, reference: "r.example.com/portal:1", reason: "crashed", by: "deploy" },
  ...{ sinceMs: 0, namespace: "ehealth-prod", key: "k" },
};
const unanswered = (code: string) => ({ code, place: {}, found: "no answer", expected: "", action: "" });

const codesIn = (holds: readonly PlacedHold[]) =>
  [...judgeTargetHolds("prod", samplePlan, accepted(holds)).reasons.applications].map(
    ([name, refusals]) => `${name} ${refusals.map(({ code, place }) => `${code} ${place.path ?? ""}`).join()}`,
  );

describe("what the target's cluster holds", () => {
  it("is nothing against a promotion of other versions, and of other applications", () => {
    assert.ok(samplePlan.applications.length > 1);
    assert.deepEqual(codesIn([]), []);
    assert.deepEqual(
      codesIn([
        { ...placed, image: digestOf("other") },
        { ...placed, application: "absent" },
      ]),
      [],
    );
  });

  it("refuses the very version, names the place, and stands against that application alone", () => {
    assert.deepEqual(codesIn([placed]), [
      `${placed.application} held-in-cluster ConfigMap ehealth-prod/lockstep-holds in the cluster of prod`,
    ]);
  });

  it("is a remark where the cluster may not be asked, or does not answer: deploy asks it", () => {
    for (const code of ["cluster-unreachable", "cluster-denied", "missing-kubectl"]) {
      const { reasons, remarks } = judgeTargetHolds("prod", samplePlan, refused([unanswered(code)]));
      assert.deepEqual([reasons.whole.length, reasons.applications.size, remarks.length], [0, 0, 1]);
    }
  });

  it("refuses where a hold cannot be read: nobody knows of what", () => {
    const { reasons, remarks } = judgeTargetHolds("prod", samplePlan, refused([unanswered("unreadable-hold")]));
    assert.deepEqual([reasons.whole.map(({ code }) => code), remarks], [["unreadable-hold"], []]);
  });
});
