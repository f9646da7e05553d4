import assert from "node:assert/strict";
import { isLongThere, versionBefore } from "../../../src/delivery/rollback/version-before.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { historyOf, pinOf } from "./sample-history.ts";

const written = (tag: string) => {
  const { image, chart } = renderPin(pinOf(tag));
  return { image, chart };
};
const before = (history: readonly StackUpdate[], tag: string) => {
  const found = versionBefore("portal", written(tag), history);
  return found.kind === "version" ? found.pin : found.kind;
};

describe("the version before the one of now", () => {
  it("is that of the newest whole update with another one", () => {
    assert.deepEqual(before(historyOf("1.0.0", "1.1.0", "1.2.0"), "1.2.0"), written("1.1.0"));
    assert.deepEqual(before(historyOf("1.0.0", "1.1.0", "1.2.0", "1.2.0"), "1.2.0"), written("1.1.0"));
  });

  it("is none that failed, or was of a part of the stage", () => {
    const history = historyOf("1.0.0", ["1.1.0", { result: "failed" }], ["1.1.1", { partial: true }], "1.2.0");
    assert.deepEqual(before(history, "1.2.0"), written("1.0.0"));
  });

  it("is nothing where nothing ran before", () => {
    assert.equal(before(historyOf("1.0.0"), "1.0.0"), "nothing");
    assert.equal(before([], "1.0.0"), "nothing");
  });

  it("is not looked for where the one of now came with a rollback", () => {
    const back = { record: { purpose: "rollback" } };
    assert.equal(before(historyOf("1.0.0", "1.1.0", ["1.0.0", back]), "1.0.0"), "rollback");
    assert.equal(before(historyOf("1.0.0", "1.1.0", ["1.0.0", back], "1.0.0"), "1.0.0"), "rollback");
    assert.deepEqual(before(historyOf("1.0.0", ["1.0.0", back], "1.1.0"), "1.1.0"), written("1.0.0"));
  });

  it("is not looked for where the one of now is older than the one before it, however it came", () => {
    assert.equal(before(historyOf("1.0.0", "1.1.0", "1.0.0"), "1.0.0"), "rollback");
  });

  it("says when the one of now came, and not when it was deployed again", () => {
    const history = historyOf("1.0.0", "1.1.0", "1.1.0");
    const found = versionBefore("portal", written("1.1.0"), history);
    assert.equal(found.kind === "version" && found.cameMs, history[1]?.endMs);
  });
});

describe("a version that is there for long", () => {
  const HOUR = 3_600_000;
  const came = { kind: "nothing", cameMs: 1_000_000 } as const;

  it("came more than twelve hours and a roll-out ago", () => {
    const end = came.cameMs + 12 * HOUR + 600_000;
    assert.equal(isLongThere(came, 600, end), false);
    assert.equal(isLongThere(came, 600, end + 1), true);
  });

  it("is none of which nobody knows when it came, or that came with a rollback", () => {
    assert.equal(isLongThere({ kind: "nothing", cameMs: undefined }, 600, 1000 * HOUR), false);
    assert.equal(isLongThere({ kind: "rollback" }, 600, 1000 * HOUR), false);
  });
});
