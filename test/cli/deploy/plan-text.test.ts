import assert from "node:assert/strict";
import { questionText, renderDeployment } from "../../../src/cli/deploy/plan-text.ts";
import { planDeployment, type PlanRequest } from "../../../src/delivery/deployment/deployment-plan.ts";
import type { DriftedObject } from "../../../src/model/drift.ts";
import { changeOf, deployedOf, urns, wantedOf } from "../../delivery/deployment/sample-changes.ts";

const request: PlanRequest = {
  stage: "prod",
  changes: [
    changeOf(urns.namespace),
    changeOf(urns.deployment("portal"), "update", ["spec.template.spec.containers[0].image"]),
    changeOf(urns.job("patients"), "create"),
  ],
  deployed: new Map([
    ["patients", deployedOf("patients", "3.0.1")],
    ["portal", deployedOf("portal", "2.3.0")],
  ]),
  wanted: new Map([
    ["patients", wantedOf("patients", "3.1.0", "", 7)],
    ["portal", wantedOf("portal", "2.3.1")],
  ]),
  drift: [],
  recordDiffers: false,
};

/** Without the spaces that make columns. */
function textOf(
  parts: Partial<PlanRequest> = {},
  options: { full?: boolean; warnings?: readonly string[] } = {},
): string {
  const { full = false, warnings = [] } = options;
  const plan = planDeployment({ ...request, ...parts });
  return renderDeployment({ plan, warnings, full, width: 100 }).replaceAll(/ {2,}/g, " ");
}

describe("the text of a deployment's plan", () => {
  it("has a line for each application, and none for an object", () => {
    const text = textOf();
    for (const part of [
      "Deploy prod: 2 of 2 applications change",
      "patients 3.0.1 -> 3.1.0 to level 7 1 created",
      "portal 2.3.0 -> 2.3.1 1 changed",
      "Of the stage as a whole: 1 changed",
    ])
      assert.ok(text.includes(part), `${part}\n---\n${text}`);
    assert.doesNotMatch(text, /Deployment\/portal/);
  });

  it("has the objects and fields where they were asked for", () => {
    const text = textOf({}, { full: true });
    assert.match(text, /~ Deployment\/portal\n spec\.template\.spec\.containers\[0\]\.image/);
    assert.match(text, /\+ Job\/patients-migrate-0123456789/);
    assert.match(text, /~ Namespace\/ehealth-prod/);
  });

  it("says that nothing is to be done", () => {
    const same = new Map([["portal", wantedOf("portal", "2.3.0")]]);
    const deployed = new Map([["portal", deployedOf("portal", "2.3.0")]]);
    assert.equal(
      textOf({ changes: [], wanted: same, deployed }),
      "Nothing to deploy: prod is as its files say (1 application)",
    );
    const recordOnly = textOf({ changes: [], wanted: same, deployed, recordDiffers: true });
    assert.match(recordOnly, /nothing in the cluster changes/);
  });

  it("tells a tag that was moved from one that was not", () => {
    const moved = { ...wantedOf("portal", "2.3.0"), pin: { ...wantedOf("portal", "2.3.0").pin } };
    const pin = { ...moved.pin, image: moved.pin.image.replace(/[0-9a-f]{64}$/, "0".repeat(64)) };
    assert.match(textOf({ wanted: new Map([["portal", { ...moved, pin }]]) }), /2\.3\.0, another digest/);
  });

  it("shows what was changed by hand before it is overwritten, and what stays", () => {
    const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "ehealth-prod", name: "portal" };
    const drift: readonly DriftedObject[] = [
      {
        ...{ kind: "changed", object, application: "portal", by: "kubectl-edit" },
        fields: [{ path: "spec.replicas", declared: 2, found: 5 }],
      },
      { kind: "added", object: { ...object, name: "extra" }, by: undefined },
    ];
    const text = textOf({ drift });
    assert.match(
      text,
      /overwritten now:\n changed Deployment\/portal in ehealth-prod, by kubectl-edit\n spec\.replicas: 5, declared 2/,
    );
    assert.match(text, /left alone:\n added Deployment\/extra in ehealth-prod/);
  });

  it("lets nothing of it steer the terminal", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", namespace: "ehealth-prod", name: "a\u001b[2Jb" };
    const text = textOf({ drift: [{ kind: "added", object, by: undefined }] }, { warnings: ["\u001b[2J"] });
    assert.ok(!text.includes("\u001b"));
  });

  it("asks with the number of versions that move", () => {
    assert.equal(questionText(planDeployment(request)), "Deploy prod (2 versions)?");
  });
});
