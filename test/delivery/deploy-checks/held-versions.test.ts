import assert from "node:assert/strict";
import { refuseHeldVersions, type HeldVersionsQuestion } from "../../../src/delivery/deploy-checks/held-versions.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { DIGEST, sourceOf, stageOf, STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const held = (holds: string) => `${STACK_FILE}  lockstep:holds: ${holds}\n`;

function refused(holds: string, more: Partial<HeldVersionsQuestion> = {}): readonly string[] {
  const text = held(holds);
  const question: HeldVersionsQuestion = {
    ...{ stage: stageOf(text), stackFile: stackFileOf(text), inCluster: [], moved: new Set(["portal"]) },
    ...{ nowMs: NOW, placeOf: (path) => sourceOf(text).placeOf(path), ...more },
  };
  return refuseHeldVersions(question).map(({ code, found }) => `${code} ${found.split(" ")[0] ?? ""}`);
}

const placed = (image = DIGEST, application = "portal") => ({
  ...{ application, image: image === DIGEST ? pinned : digestOf(image), reference: "r.example.com/portal:1" },
  ...{ reason: "crashed", by: "deployer@example.com", sinceMs: NOW },
});
const pinned = stackFileOf(STACK_FILE).pins.get("portal")?.image.digest ?? digestOf("");

describe("what a deploy finds held", () => {
  it("is nothing where nothing is", () => {
    assert.deepEqual(refused("{}"), []);
  });

  it("is an application, where its version moves forward", () => {
    const hold = "{ portal: { reason: broken } }";
    assert.deepEqual(refused(hold), ["held portal"]);
    assert.deepEqual(refused(hold, { moved: new Set(["appointments"]) }), []);
  });

  it("is a stage, for each version that moves", () => {
    const hold = '{ "*": { reason: audit } }';
    assert.deepEqual(refused(hold), ["held inttest"]);
    assert.deepEqual(refused(hold, { moved: new Set() }), []);
  });

  it("is a version, whether it moves or runs already, also on the way back", () => {
    const hold = `{ portal: { reason: crashed, image: "${pinned}" } }`;
    for (const moved of [new Set<string>(), new Set(["portal"])])
      assert.deepEqual(refused(hold, { moved }), ["held portal"]);
    assert.deepEqual(refused(`{ portal: { reason: crashed, image: "${digestOf("other")}" } }`), []);
  });

  it("is a version that the cluster remembers", () => {
    for (const moved of [new Set<string>(), new Set(["portal"])])
      assert.deepEqual(refused("{}", { moved, inCluster: [placed()] }), ["held-in-cluster portal"]);
  });

  it("is no other version, and no other application, that the cluster remembers", () => {
    const status = stackFileOf(STACK_FILE).pins.get("status-page")?.image.digest;
    assert.ok(status !== undefined);
    assert.deepEqual(refused("{}", { inCluster: [placed("other"), placed(DIGEST, "absent")] }), []);
  });

  it("is no hold that has ended", () => {
    assert.deepEqual(refused("{ portal: { reason: broken, until: 2026-11-20T10:00:00Z } }"), []);
    assert.deepEqual(refused("{ portal: { reason: broken, until: 2026-11-20T10:00:01Z } }"), ["held portal"]);
  });
});
