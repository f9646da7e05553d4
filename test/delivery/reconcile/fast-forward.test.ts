import assert from "node:assert/strict";
import { planFastForward, type BranchFacts } from "../../../src/delivery/reconcile/fast-forward.ts";
import { codesOf, valueOf } from "../../model/trust/sample-trust.ts";

const BEHIND: BranchFacts = {
  branch: "main",
  upstream: { remote: "origin", branch: "main" },
  ahead: 0,
  behind: 2,
  unclean: [],
};
const plan = (changes: Partial<BranchFacts>) => planFastForward({ ...BEHIND, ...changes });

describe("a branch that follows its remote's", () => {
  it("goes forward where it is behind, and stays where it is not", () => {
    assert.equal(valueOf(plan({})), "forward");
    assert.equal(valueOf(plan({ behind: 0 })), "current");
  });

  it("is left where somebody's commits would be lost or hidden", () => {
    assert.deepEqual(codesOf(plan({ ahead: 1 })), ["diverged"]);
    assert.deepEqual(codesOf(plan({ ahead: 1, behind: 0 })), ["not-pushed"]);
  });

  it("is left where files differ from HEAD, also where it is not behind", () => {
    const unclean = [{ path: "Pulumi.inttest.yaml", state: "edited" as const }];
    assert.deepEqual(codesOf(plan({ unclean })), ["dirty-files"]);
    assert.deepEqual(codesOf(plan({ unclean, behind: 0 })), ["dirty-files"]);
  });

  it("must be there, and follow something; every reason is said", () => {
    assert.deepEqual(codesOf(plan({ branch: undefined, upstream: undefined })), ["no-branch"]);
    const unclean = [{ path: "src/a.ts", state: "edited" as const }];
    assert.deepEqual(codesOf(plan({ upstream: undefined, unclean })), ["dirty-files", "no-remote-branch"]);
  });
});
