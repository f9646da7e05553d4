import assert from "node:assert/strict";
import { failedVersions } from "../../../src/cli/deploy/way-back.ts";
import { planDeployment } from "../../../src/delivery/deployment/deployment-plan.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import type { RolloutProblem } from "../../../src/model/rollout.ts";
import { deployedOf, wantedOf } from "../../delivery/deployment/sample-changes.ts";
import { historyOf, pinOf } from "../../delivery/rollback/sample-history.ts";

const problem: RolloutProblem = { code: "crash-loop", object: "Pod/portal-1", text: "it ends", log: [] };

/** What a failed step between two versions of portal says of them. */
function failed(from: string, to: string): readonly string[] {
  const [was, is] = [pinOf(from), pinOf(to)];
  const plan = planDeployment({
    ...{ stage: "prod", changes: [], drift: [], recordDiffers: false },
    deployed: new Map([["portal", { ...deployedOf("portal", from), ...renderPin(was) }]]),
    wanted: new Map([["portal", { ...wantedOf("portal", to), ...renderPin(is) }]]),
  });
  const ahead = { plan, record: { history: historyOf(from) } };
  return [
    ...failedVersions({ failed: [{ name: "portal", problems: [problem] }] }, ahead, new Map([["portal", is]])).keys(),
  ];
}

describe("the versions that failed", () => {
  it("are those that came", () => {
    assert.deepEqual(failed("2.3.0", "2.3.1"), ["portal"]);
  });

  it("are none where the version is the one of before", () => {
    assert.deepEqual(failed("2.3.0", "2.3.0"), []);
  });

  it("are none that was on its way back: what it came from is not brought again", () => {
    assert.deepEqual(failed("2.3.1", "2.3.0"), []);
  });
});
