import assert from "node:assert/strict";
import { covered } from "../../../policy/rules/covered.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import { unknown } from "../harness/engine-values.ts";
import { applicationComponent, OTHER_DIGEST, stageComponent, withProps } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertUndecided, assertViolates, violations } from "../harness/verdict.ts";

const gated = { name: "prod", gated: true };
const context = stageContext({ definition: gated });
const refusal = (path: string): Refusal => ({
  code: "not-covered",
  place: { path },
  found: "no statement",
  expected: "one",
  action: "npm run propose -- prod",
});
const uncovered = stageContext({
  definition: gated,
  coverage: {
    stage: [refusal("stage")],
    applications: new Map([
      ["appointments", [refusal("appointments"), refusal("approvals")]],
      ["gone", [refusal("gone")]],
    ]),
  },
});

describe("covered", () => {
  it("accepts a covered stage and its applications", async () => {
    await assertPasses(covered, stageComponent(context), context);
    await assertPasses(covered, applicationComponent(context), context);
  });

  it("refuses an application with every reason", async () => {
    await assertViolates(covered, applicationComponent(uncovered), ["appointments", "approvals"], uncovered);
  });

  it("leaves the other applications alone", async () => {
    await assertPasses(covered, applicationComponent(uncovered, "portal"), uncovered);
  });

  it("says on the stage what stands against it, and against applications that do not run there", async () => {
    await assertViolates(covered, stageComponent(uncovered), ["gone", "stage"], uncovered);
    const [violation] = await violations(covered, stageComponent(uncovered), uncovered);
    assert.equal(violation?.action, "npm run propose -- prod");
  });

  for (const [path, value] of [
    ["desiredDigest", OTHER_DIGEST],
    ["desiredDigest", undefined],
    ["image", "registry.example.com/ehealth/appointments:1"],
    ["chart", "oci://registry.example.com/charts/web-service:1"],
    ["application", "portal"],
  ] as const) {
    it(`refuses an application that says ${path} ${value ?? "not at all"}`, async () => {
      await assertViolates(covered, withProps(applicationComponent(context), { [path]: value }), [path], context);
    });
  }

  it("refuses an application that the stage does not have", async () => {
    await assertViolates(covered, { ...applicationComponent(context), name: "appointment" }, ["name"], context);
  });

  it("refuses a Stage of another name, project or stage", async () => {
    await assertViolates(covered, { ...stageComponent(context), name: "other" }, ["name"], context);
    await assertViolates(covered, withProps(stageComponent(context), { stage: "inttest" }), ["stage"], context);
    await assertViolates(covered, withProps(stageComponent(context), { project: "other" }), ["project"], context);
  });

  it("is undecided about a digest that is unknown", async () => {
    await assertUndecided(covered, withProps(applicationComponent(context), { desiredDigest: unknown }), context);
  });

  it("lets a stage without a gate be given other values than the file's", async () => {
    const open = stageContext();
    await assertPasses(covered, withProps(applicationComponent(open), { desiredDigest: OTHER_DIGEST }), open);
  });
});
