import assert from "node:assert/strict";
import { holdPlanToJson, renderHoldPlan } from "../../../src/cli/hold/plan-text.ts";
import type { HoldPlan } from "../../../src/delivery/hold-plan.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const before = { reason: "audit" };
const after = { reason: "broken", by: "anna@example.com", until: "2026-11-23T10:00:00Z" };
const change = { path: ["config", "lockstep:holds", "portal"], value: after };

function plan(changed: Partial<HoldPlan>): HoldPlan {
  return { stage: "prod", holds: [], others: new Map(), changes: [], ...changed };
}

describe("renderHoldPlan", () => {
  it("shows what was and what is to be", () => {
    assert.equal(
      renderHoldPlan(plan({ holds: [{ on: "portal", before, after }], changes: [change] }), NOW),
      [
        "prod: portal is held",
        "  was     audit; until somebody resumes",
        "  is      broken; by anna@example.com; until 2026-11-23T10:00:00Z",
      ].join("\n"),
    );
  });

  it("says of what is so already that it is, and what else is held", () => {
    const others = new Map([["*", { ...after, until: "2026-11-19T10:00:00Z" }]]);
    assert.equal(
      renderHoldPlan(plan({ holds: [{ on: "portal", before, after: before }], others }), NOW),
      [
        "prod: portal is held so already",
        "  is      audit; until somebody resumes",
        "  held as well: the whole stage, broken; by anna@example.com; ended 2026-11-19T10:00:00Z",
      ].join("\n"),
    );
  });

  it("shows the hold that ends", () => {
    assert.equal(
      renderHoldPlan(plan({ holds: [{ on: "*", before, after: undefined }] }), NOW),
      "prod: the whole stage is held no more\n  was     audit; until somebody resumes",
    );
  });

  it("lets nothing of a reason steer the terminal", () => {
    const holds = [{ on: "portal", before: { reason: "\u001b[2Jx" }, after: undefined }];
    assert.ok(!renderHoldPlan(plan({ holds }), NOW).includes("\u001b"));
  });
});

describe("holdPlanToJson", () => {
  it("gives all of it, with null for what is not there", () => {
    const holds = [{ on: "portal", before: undefined, after: before }];
    assert.deepEqual(holdPlanToJson(plan({ holds, changes: [change], others: new Map([["*", after]]) }), true), {
      stage: "prod",
      changed: true,
      written: true,
      holds: [{ on: "portal", before: null, after: { reason: "audit", by: null, until: null } }],
      others: [{ on: "*", hold: after }],
    });
  });
});
