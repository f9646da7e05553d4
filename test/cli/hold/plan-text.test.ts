import assert from "node:assert/strict";
import { holdPlanToJson, renderHoldPlan } from "../../../src/cli/hold/plan-text.ts";
import { shortDigest } from "../../../src/delivery/coverage/statement-chain.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { HoldPlan } from "../../../src/delivery/hold-plan.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const before = { reason: "audit" };
const after = { reason: "broken", by: "anna@example.com", until: "2026-11-23T10:00:00Z" };
const change = { path: ["config", "lockstep:holds", "portal"], value: after };

function plan(changed: Partial<HoldPlan>): HoldPlan {
  return { stage: "prod", holds: [], others: new Map(), inCluster: [], changes: [], ...changed };
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

  it("shows which versions are held, and what ends in the cluster", () => {
    const image = digestOf("x");
    const placed = {
      ...{ application: "portal", image, reference: "r.example.com/portal:1@sha256:0" },
      ...{ reason: "crashed", by: "robot@example.com", sinceMs: NOW },
    };
    const held = { ...before, image };
    const shown = plan({ holds: [{ on: "portal", before: held, after: undefined }], inCluster: [placed] });
    assert.equal(
      renderHoldPlan(shown, NOW),
      [
        "prod: portal is held no more",
        `  was     audit; this version alone: ${shortDigest(image)}; until somebody resumes`,
        "  in the cluster  r.example.com/portal:1@sha256:0",
        "                  crashed; by robot@example.com; since 2026-11-20T10:00:00Z",
      ].join("\n"),
    );
    assert.equal((holdPlanToJson(shown, false) as { changed: boolean }).changed, true);
  });

  it("shows what stays of a hold that ends for one version", () => {
    const [one, two] = [digestOf("one"), digestOf("two")];
    const both = { reason: "crashed", image: [one, two] };
    const ends = plan({ version: one, holds: [{ on: "portal", before: both, after: { ...both, image: two } }] });
    assert.equal(
      renderHoldPlan(ends, NOW),
      [
        `prod: the version ${shortDigest(one)} of portal is held no more`,
        `  was     crashed; these versions alone: ${shortDigest(one)}, ${shortDigest(two)}; until somebody resumes`,
        `  stays   crashed; this version alone: ${shortDigest(two)}; until somebody resumes`,
      ].join("\n"),
    );
    assert.equal((holdPlanToJson(ends, false) as { version: string }).version, one);
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
      holds: [{ on: "portal", before: null, after: { reason: "audit", by: null, until: null, images: null } }],
      inCluster: [],
      others: [{ on: "*", hold: { ...after, images: null } }],
      remarks: [],
    });
  });
});
