import assert from "node:assert/strict";
import { isSameVersion, refuseNeverRun } from "../../../src/delivery/deploy-checks/moved-source.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { stackFileOf, STACK_FILE } from "../../model/sample-stage.ts";

const pin = stackFileOf(STACK_FILE).pins.get("portal");
assert.ok(pin !== undefined);
const { image, chart } = renderPin(pin);

const update: StackUpdate = {
  ...{ version: 1, kind: "update", result: "succeeded", startTime: "", startMs: 0, endMs: 1, partial: false },
  ...{ wholePins: new Map(), schemaLevels: new Map(), message: "", head: undefined, dirty: false, record: undefined },
  pins: new Map([["portal", { image, chart }]]),
};

function codes(...history: readonly StackUpdate[]): readonly string[] {
  assert.ok(pin !== undefined);
  return refuseNeverRun("portal", pin, "inttest", history).map(({ code }) => code);
}

describe("a version that its source has left behind", () => {
  it("passes where it ran there once, whatever came after", () => {
    const later = { ...update, pins: new Map([["portal", { image: "x", chart }]]) };
    assert.deepEqual(codes(later, update), []);
  });

  for (const [what, broken] of Object.entries<Partial<StackUpdate>>({
    "only in an update that failed": { result: "failed" },
    "only in one that has not ended": { result: "in-progress" },
    "only as a part of the stage": { partial: true },
    "only until it was destroyed": { kind: "destroy" },
    "with another chart": { pins: new Map([["portal", { image, chart: "oci://other" }]]) },
    "as another application": { pins: new Map([["patients", { image, chart }]]) },
  })) {
    it(`is refused where it was there ${what}`, () => {
      assert.deepEqual(codes({ ...update, ...broken }), ["never-in-source"]);
    });
  }

  it("is refused where nothing ran there", () => {
    assert.deepEqual(codes(), ["never-in-source"]);
  });
});

describe("isSameVersion", () => {
  it("goes by digests, of image and chart", () => {
    assert.ok(isSameVersion({ ...pin, image: { ...pin.image, tag: "latest" } }, pin));
    assert.ok(!isSameVersion({ ...pin, image: { ...pin.image, digest: digestOf("x") } }, pin));
    assert.ok(!isSameVersion({ ...pin, chart: { ...pin.chart, digest: digestOf("x") } }, pin));
    assert.ok(!isSameVersion(undefined, pin));
  });
});
