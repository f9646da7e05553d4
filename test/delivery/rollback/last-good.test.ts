import assert from "node:assert/strict";
import { planGoodPins } from "../../../src/delivery/rollback/last-good.ts";
import type { StackUpdate, WrittenPin } from "../../../src/model/deployed-stage.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { stackFileOf, STACK_FILE } from "../../model/sample-stage.ts";
import { groundOf, historyOf, pinOf } from "./sample-history.ts";

const good = renderPin(pinOf("2.2.0"));
const failed = stackFileOf(STACK_FILE).pins.get("portal");

function plan(deployed: WrittenPin | undefined, history: readonly StackUpdate[], text = STACK_FILE) {
  const [one] = planGoodPins([{ name: "portal", deployed }], groundOf(history, text));
  assert.ok(one !== undefined);
  return one.kind === "accepted" ? one.value.after.image.tag : one.refusals.map(({ code }) => code);
}

describe("planGoodPins", () => {
  it("goes back to what ran before the failed version, with all of its pin", () => {
    assert.equal(plan(good, historyOf("2.2.0")), "2.2.0");
    assert.equal(plan(good, historyOf("2.1.0", "2.2.0", ["2.2.1", { result: "failed" }])), "2.2.0");
  });

  it("never goes to a version that the history has no whole update of", () => {
    assert.deepEqual(plan(good, historyOf("2.1.0")), ["not-in-history"]);
    assert.deepEqual(plan(good, historyOf(["2.2.0", { result: "failed" }])), ["not-in-history"]);
    assert.deepEqual(plan(good, historyOf(["2.2.0", { partial: true }])), ["not-in-history"]);
  });

  it("stays where another version is no help", () => {
    assert.deepEqual(plan(undefined, historyOf("2.2.0")), ["no-version-before"]);
    assert.deepEqual(plan(failed && renderPin(failed), historyOf("2.2.0")), ["same-version"]);
  });

  it("never goes back to a version on hold", () => {
    const hold = `  lockstep:holds:\n    portal: { reason: bad, image: "${pinOf("2.2.0").image.digest}" }\n`;
    const text = STACK_FILE.replace("  lockstep:settings:", `${hold}  lockstep:settings:`);
    assert.deepEqual(plan(good, historyOf("2.2.0"), text), ["held"]);
  });
});
