import assert from "node:assert/strict";
import { saidOnce } from "../../../src/delivery/deployment/said-once.ts";
import { renderRefusals, type Refusal } from "../../../src/model/refusal.ts";

const CLUSTER: Refusal = {
  ...{ code: "cluster-unreachable", place: { path: "lockstep:cluster.context" }, found: "connection refused" },
  ...{ expected: "an answer of the cluster", action: "look at KUBECONFIG" },
};
const HELD: Refusal = {
  ...{ code: "held", place: { path: "lockstep:holds.portal" }, found: "portal is held" },
  ...{ expected: "no hold on portal", action: "resume it" },
};

function preview(...inside: readonly Refusal[]): Refusal {
  const found = `refused, nothing was changed\n\n${renderRefusals(inside)}`;
  return { ...CLUSTER, code: "preview-failed", found, expected: "a preview that comes to its end" };
}

describe("saidOnce", () => {
  it("leaves out the preview where all that it says is said by itself", () => {
    assert.deepEqual(saidOnce([preview(CLUSTER), CLUSTER, HELD]), [CLUSTER, HELD]);
  });

  it("keeps it where it has one reason more, or none in our form", () => {
    const more = preview(CLUSTER, HELD);
    assert.deepEqual(saidOnce([more, CLUSTER]), [more, CLUSTER]);
    const crash = { ...preview(), found: "panic: expected  an answer of the cluster" };
    assert.deepEqual(saidOnce([crash, CLUSTER]), [crash, CLUSTER]);
  });

  it("has one answer of the cluster, in whichever words, and of everything else each", () => {
    const other = { ...CLUSTER, found: "no route to host" };
    assert.deepEqual(saidOnce([CLUSTER, other]).length, 1);
    const holds = [HELD, { ...HELD, found: "portal 2.3.1 is held" }, HELD];
    assert.equal(saidOnce(holds).length, 2);
  });
});
