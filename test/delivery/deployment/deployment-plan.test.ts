import assert from "node:assert/strict";
import { movesVersion, planDeployment, type PlanRequest } from "../../../src/delivery/deployment/deployment-plan.ts";
import { changeOf, deployedOf, urns, wantedOf } from "./sample-changes.ts";

function request(parts: Partial<PlanRequest> = {}): PlanRequest {
  return {
    stage: "prod",
    changes: [],
    deployed: new Map([
      ["patients", deployedOf("patients", "3.0.1")],
      ["portal", deployedOf("portal", "2.3.0")],
    ]),
    wanted: new Map([
      ["patients", wantedOf("patients", "3.0.1")],
      ["portal", wantedOf("portal", "2.3.0")],
    ]),
    drift: [],
    recordDiffers: false,
    ...parts,
  };
}

const newer = new Map([
  ["patients", wantedOf("patients", "3.0.1")],
  ["portal", wantedOf("portal", "2.3.1")],
]);

describe("the plan of a deployment", () => {
  it("is empty where nothing differs", () => {
    const plan = planDeployment(request());
    assert.ok(plan.empty);
    assert.deepEqual(plan.applications, []);
    assert.equal(plan.total, 2);
  });

  it("names the applications that change, and counts their objects", () => {
    const changes = [
      changeOf(urns.application("portal")),
      changeOf(urns.deployment("portal"), "update", ["spec.template.spec.containers[0].image"]),
      changeOf(urns.service("portal"), "replace"),
      changeOf(urns.endpoint("portal"), "create"),
      changeOf(urns.secret("portal"), "delete"),
    ];
    const plan = planDeployment(request({ changes, wanted: newer }));
    assert.ok(!plan.empty);
    assert.deepEqual(
      plan.applications.map(({ name, counts }) => ({ name, counts })),
      [{ name: "portal", counts: { create: 1, update: 1, replace: 1, delete: 1 } }],
    );
  });

  it("tells another version from other settings", () => {
    const moved = planDeployment(request({ wanted: newer })).applications;
    assert.deepEqual(
      moved.map(({ name, otherwise }) => [name, otherwise]),
      [["portal", false]],
    );
    assert.ok(moved.every(movesVersion));
    const wanted = new Map([...request().wanted, ["portal", wantedOf("portal", "2.3.0", "other")] as const]);
    const changed = planDeployment(request({ wanted })).applications;
    assert.deepEqual(
      changed.map(({ name, otherwise }) => [name, otherwise]),
      [["portal", true]],
    );
    assert.ok(!changed.some(movesVersion));
  });

  it("keeps apart what belongs to no application", () => {
    const plan = planDeployment(request({ changes: [changeOf(urns.namespace)] }));
    assert.deepEqual(plan.applications, []);
    assert.equal(plan.shared.length, 1);
    assert.ok(!plan.empty);
  });

  it("has applications that come, and those that go", () => {
    const wanted = new Map([["appointments", wantedOf("appointments", "1.4.2")], ...request().wanted]);
    wanted.delete("patients");
    const changes = [
      changeOf(urns.deployment("appointments"), "create"),
      changeOf(urns.deployment("patients"), "delete"),
    ];
    const { applications } = planDeployment(request({ wanted, changes }));
    assert.deepEqual(
      applications.map(({ name, before, after }) => [name, before === undefined, after === undefined]),
      [
        ["appointments", true, false],
        ["patients", false, true],
      ],
    );
  });

  it("says which level a migration brings, and nothing of a Job that only goes", () => {
    const wanted = new Map([...newer, ["portal", wantedOf("portal", "2.3.1", "as they were", 14)] as const]);
    const plan = (operation: "create" | "delete") =>
      planDeployment(request({ wanted, changes: [changeOf(urns.job("portal"), operation)] })).applications[0];
    assert.deepEqual(plan("create")?.migration, { level: 14 });
    assert.equal(plan("delete")?.migration, undefined);
  });

  it("is no empty one where only the stack's own words differ", () => {
    const plan = planDeployment(request({ recordDiffers: true }));
    assert.ok(!plan.empty);
    assert.ok(plan.recordOnly);
    assert.ok(!planDeployment(request({ recordDiffers: true, changes: [changeOf(urns.namespace)] })).recordOnly);
  });

  it("overwrites what was changed or deleted, and leaves alone what was added", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", namespace: "ehealth-prod", name: "by-hand" };
    const plan = planDeployment(
      request({
        drift: [
          { kind: "added", object, by: undefined },
          { kind: "deleted", object, application: "portal" },
          {
            kind: "changed",
            object,
            application: "portal",
            by: undefined,
            fields: [{ path: "a", declared: 1, found: 2 }],
          },
        ],
      }),
    );
    assert.deepEqual(
      plan.overwritten.map(({ kind }) => kind),
      ["deleted", "changed"],
    );
    assert.deepEqual(
      plan.staying.map(({ kind }) => kind),
      ["added"],
    );
    // The engine says what is to be done about it: by itself it is no change.
    assert.ok(plan.empty);
  });
});
