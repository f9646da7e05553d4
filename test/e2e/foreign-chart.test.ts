import assert from "node:assert/strict";
import { Clone } from "./clone.ts";
import { succeeded } from "./outcomes.ts";

describe("somebody else's chart", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "patients", "portal"]) await clone.settings(name, { enabled: false });
    await clone.pinned("status-page", "0.9.3");
    await clone.settings("status-page", { enabled: true, replicas: 2 });
    await clone.change({
      path: ["config", "lockstep:settings", "status-page", "values"],
      value: {
        page: { title: "Of this stage" },
        checks: { portal: { url: "http://portal:8080/health/ready", intervalSeconds: 7 } },
      },
    });
    succeeded(await clone.up());
  });
  after(() => clone.remove());

  it("runs with the catalogue's raw values, the pinned image and the stage's settings", async () => {
    await clone.untilReady("deployment/status-page", 2);
    const image = await clone.field("deployment/status-page", "{.spec.template.spec.containers[0].image}");
    assert.match(image, /\/ehealth\/status-page:0\.9\.3@sha256:[0-9a-f]{64}$/);
  });

  it("has the stage's values laid over those of the catalogue", async () => {
    const check = "statuscheck/status-page-portal";
    assert.match(await clone.field(check, "{.spec.url}"), /^http:\/\/portal:8080\//);
    assert.equal(await clone.field(check, "{.spec.intervalSeconds}"), "7");
    assert.match(await clone.field("configmap/status-page", "{.data}"), /Of this stage/);
  });

  it("runs its subchart", async () => {
    await clone.untilReady("statefulset/status-page-cache", 1);
  });

  it("finds nothing to do the next time", async () => {
    succeeded(await clone.preview("--expect-no-changes"));
  });

  it("goes with its definitions", async () => {
    succeeded(await clone.pulumi(["destroy", "--stack", "inttest", "--yes", "--skip-preview"]));
    const definition = "customresourcedefinition/statuschecks.status.example.com";
    assert.equal(await clone.kubectl("get", definition, "--ignore-not-found"), "");
  });
});
