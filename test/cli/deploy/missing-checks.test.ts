import assert from "node:assert/strict";
import { renderMadeUp } from "../../../src/cli/deploy/made-up-text.ts";
import { judgeLook } from "../../../src/cli/deploy/missing-checks.ts";
import { isAllWell, type Looked } from "../../../src/cli/deploy/stage-look.ts";
import type { CheckStanding } from "../../../src/model/passed-checks.ts";
import type { RolloutProblem } from "../../../src/model/rollout.ts";

const crash: RolloutProblem = { code: "crash-loop", object: "Pod/portal-1", text: "it ends at once", log: ["oh no"] };

function looked(standing: CheckStanding, ready: number, problems: readonly RolloutProblem[] = []): Looked {
  const portal = { kind: "Deployment" as const, namespace: "ehealth-prod", name: "portal", ready, wanted: 2 };
  return {
    ...{ name: "portal", standing },
    rollout: { application: "portal", workloads: [portal], done: ready === 2 && problems.length === 0, problems },
  };
}
const smoke = [{ application: "portal", ...crash, code: "smoke-failed" as const }];

describe("a look at a stage with nothing to deploy", () => {
  it("finds nothing to say where all is ready and was checked", () => {
    assert.equal(isAllWell([looked("passed", 2)]), true);
    assert.equal(judgeLook([looked("passed", 2)], []).ended, "nothing");
    assert.equal(renderMadeUp("prod", judgeLook([looked("passed", 2)], [])), "");
  });

  it("takes replicas of the version before that are still leaving for no harm", () => {
    const leaving = looked("passed", 2);
    assert.equal(isAllWell([{ ...leaving, rollout: { ...leaving.rollout, done: false } }]), true);
  });

  for (const standing of ["never", "image-passed"] as const) {
    it(`has to check what stands as ${standing}, and says that it has`, () => {
      assert.equal(isAllWell([looked(standing, 2)]), false);
      const made = judgeLook([looked(standing, 2)], []);
      assert.deepEqual([made.ended, made.passed, made.failed], ["nothing", ["portal"], []]);
      assert.match(renderMadeUp("prod", made), /checked now: portal/);
    });

    it(`lets fail what stands as ${standing} and is not ready, or fails its checks`, () => {
      for (const made of [
        judgeLook([looked(standing, 1, [crash])], []),
        judgeLook([looked(standing, 2)], smoke),
        judgeLook([looked(standing, 1)], []),
      ]) {
        assert.deepEqual([made.ended, made.passed, made.failed.map(({ name }) => name)], ["failed", [], ["portal"]]);
        assert.equal(made.neverPassed.has("portal"), standing === "never");
        assert.notEqual(made.failed[0]?.problems.length, 0);
      }
    });
  }

  it("takes nothing back of what was ready once, and says that it is not", () => {
    const made = judgeLook([looked("passed", 1, [crash])], []);
    assert.deepEqual([made.ended, made.failed, made.spoiled.map(({ name }) => name)], ["failed", [], ["portal"]]);
    assert.match(renderMadeUp("prod", made), /nothing is taken back[\s\S]*it ends at once[\s\S]*oh no/);
  });

  it("takes one without workloads for ready", () => {
    const none = looked("never", 0);
    const made = judgeLook([{ ...none, rollout: { ...none.rollout, workloads: [], done: true } }], []);
    assert.deepEqual(made.passed, ["portal"]);
  });
});
