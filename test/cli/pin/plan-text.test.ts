import assert from "node:assert/strict";
import { planToJson, renderPinPlan } from "../../../src/cli/pin/plan-text.ts";
import type { PinPlan } from "../../../src/delivery/pin-plan.ts";
import { STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";

const pins = stackFileOf(STACK_FILE).pins;
const [before, after] = [pins.get("portal"), pins.get("appointments")];
assert.ok(before !== undefined && after !== undefined);
const change = { path: ["config", "lockstep:pins", "portal"], value: {} };
const plan: PinPlan = {
  stage: "inttest",
  application: "portal",
  before,
  after,
  levelBefore: 13,
  levelAfter: 14,
  changes: [change],
};

const signers = { image: "release", chart: "platform" };

describe("renderPinPlan", () => {
  it("shows what is pinned now and what will be, the levels, and who signed", () => {
    const text = renderPinPlan(plan, signers);
    for (const part of [
      "portal:2.3.0",
      "appointments:1.4.2",
      "levels 12 to 14, migrates to 14",
      "13",
      "release",
      "platform",
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it("shows a value that stays once, and none for what neither has", () => {
    const text = renderPinPlan({ ...plan, after: before, levelAfter: 13, changes: [] }, signers);
    assert.equal(text.split("portal:2.3.0").length, 2);
    assert.ok(!text.includes("revision") && !text.includes("->"));
    assert.match(text, /already/);
  });

  it("shows a first pin", () => {
    assert.match(renderPinPlan({ ...plan, before: undefined }, signers), /\(none\)/);
  });
});

describe("planToJson", () => {
  it("is JSON, and tells a plan from what was written", () => {
    const json = planToJson(plan, signers, false);
    assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
    assert.deepEqual(
      { ...(json as object), before: 0, after: 0 },
      {
        stage: "inttest",
        application: "portal",
        signedBy: { image: "release", chart: "platform" },
        changed: true,
        written: false,
        before: 0,
        after: 0,
        schemaLevel: { before: 13, after: 14 },
      },
    );
  });
});
