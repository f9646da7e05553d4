import assert from "node:assert/strict";
import { admissionName, planAdmission } from "../../../src/delivery/admission/admission-plan.ts";
import { stageOf, STACK_FILE } from "../../model/sample-stage.ts";

const sources = { stage: stageOf(STACK_FILE), previous: new Map(), departed: [], adopted: [], revoked: [] };

describe("admissionName", () => {
  const name = admissionName("platform", "prod", ["a", "b"]);

  it("is one of a cluster's object, and the same whatever the order of the namespaces", () => {
    assert.match(name, /^lockstep-platform-prod-[0-9a-f]{8}$/);
    assert.equal(admissionName("platform", "prod", ["b", "a"]), name);
    assert.match(admissionName("My_Platform.x", "prod", ["a"]), /^[a-z0-9-]+$/);
  });

  it("differs by project, stage and namespaces, also where they read alike", () => {
    const others = [
      admissionName("platform", "preprod", ["a", "b"]),
      admissionName("platform", "prod", ["a"]),
      admissionName("platform-prod", "", ["a", "b"]),
      admissionName("Platform", "prod", ["a", "b"]),
    ];
    assert.equal(new Set([name, ...others]).size, 5);
  });
});

describe("planAdmission", () => {
  const plan = planAdmission("platform", sources);

  it("has a list for every namespace of the stage, and a fixed number of policies", () => {
    assert.deepEqual(
      plan.lists.map(({ namespace }) => namespace),
      ["ehealth-inttest", "platform-inttest"],
    );
    assert.deepEqual(
      plan.policies.map(({ id }) => id),
      ["listed-images", "same-pod-images", "guarded-list"],
    );
  });

  it("reads the list only where a missing one may refuse: new pods and new containers of pods", () => {
    const [reading, ...others] = plan.policies.filter(({ readsList }) => readsList);
    assert.deepEqual(reading?.judges, [
      { resource: "pods", operations: ["CREATE"] },
      { resource: "pods/ephemeralcontainers", operations: ["UPDATE"] },
    ]);
    assert.deepEqual(others, []);
    for (const { readsList, variables, validations } of plan.policies) {
      const text = JSON.stringify([variables, validations]);
      assert.equal(/\bparams\b/.test(text), readsList);
    }
  });

  it("lets the list be written by who may change the policy that reads it, by its name", () => {
    const guard = plan.policies.find(({ id }) => id === "guarded-list");
    assert.ok(guard?.validations[0]?.expression.includes(`name("${plan.name}-listed-images").check("patch")`));
  });
});
