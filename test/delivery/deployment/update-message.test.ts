import assert from "node:assert/strict";
import { planDeployment } from "../../../src/delivery/deployment/deployment-plan.ts";
import { updateMessage } from "../../../src/delivery/deployment/update-message.ts";
import { deployedOf, wantedOf } from "./sample-changes.ts";

function planOf(names: readonly string[], settings?: string) {
  const tag = settings === undefined ? "2.0.0" : "1.0.0";
  return planDeployment({
    ...{ stage: "prod", changes: [], drift: [], recordDiffers: false },
    deployed: new Map(names.map((name) => [name, deployedOf(name, "1.0.0")])),
    wanted: new Map(names.map((name) => [name, wantedOf(name, tag, settings)])),
  });
}

describe("the message of an update", () => {
  it("names what moves, and why", () => {
    const message = updateMessage({ purpose: "deploy", plan: planOf(["portal"]), reason: "release 4" });
    assert.equal(message, "Deploy portal 1.0.0 -> 2.0.0: release 4");
  });

  it("speaks of settings where no version moves", () => {
    assert.equal(
      updateMessage({ purpose: "deploy", plan: planOf(["portal"], "others"), reason: undefined }),
      "Deploy settings",
    );
  });

  it("names who goes back also where the stack has the version of before still", () => {
    const plan = planOf(["a", "b", "c", "d", "e"], "others");
    assert.equal(updateMessage({ purpose: "rollback", plan, reason: undefined }), "Roll back a, b, c, d, 1 more");
  });

  it("stays one line where many move", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const message = updateMessage({ purpose: "reconcile", plan: planOf(names), reason: undefined });
    assert.match(message, /^Reconcile a .*, d 1\.0\.0 -> 2\.0\.0, 2 more$/);
  });
});
