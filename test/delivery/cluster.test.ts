import assert from "node:assert/strict";
import { checkClusterUid } from "../../src/delivery/cluster.ts";
import { codes, inttest } from "../model/sample-stage.ts";

const UID = "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const OTHER = "5b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";

function check(stage: { clusterUid?: string; gated?: boolean }, uid: string): string[] {
  const outcome = checkClusterUid({ ...inttest, ...stage }, uid, {}, "trust/stages.yaml");
  return outcome.kind === "refused" ? codes(outcome.refusals) : [];
}

describe("checkClusterUid", () => {
  it("takes the cluster that the stage names, and any where an ungated stage names none", () => {
    assert.deepEqual(check({ clusterUid: UID, gated: true }, UID), []);
    assert.deepEqual(check({}, UID), []);
  });

  it("refuses another cluster, gated or not", () => {
    assert.deepEqual(check({ clusterUid: UID }, OTHER), ["other-cluster"]);
    assert.deepEqual(check({ clusterUid: UID, gated: true }, OTHER), ["other-cluster"]);
    assert.deepEqual(check({ clusterUid: UID }, ""), ["other-cluster"]);
  });

  it("refuses every cluster for a gated stage that names none", () => {
    assert.deepEqual(check({ gated: true }, UID), ["other-cluster"]);
  });
});
