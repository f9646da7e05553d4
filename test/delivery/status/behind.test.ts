import assert from "node:assert/strict";
import fc from "fast-check";
import { behind, nearest, type Behind } from "../../../src/delivery/status/behind.ts";

function historyOf(versions: readonly string[], complete = true) {
  return { versions, complete, sinceMs: undefined };
}

const versions = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 12 });

describe("how far a stage is behind a source", () => {
  it("is nothing where the source has the same version", () => {
    assert.deepEqual(behind("c", historyOf(["a", "b", "c"])), { kind: "versions", count: 0 });
  });

  it("is the number of versions that the source has had since", () => {
    assert.deepEqual(behind("a", historyOf(["a", "b", "c"])), { kind: "versions", count: 2 });
  });

  it("counts a version that came back once", () => {
    assert.deepEqual(behind("a", historyOf(["a", "b", "c", "b"])), { kind: "versions", count: 2 });
  });

  it("counts from the last time that the source had it", () => {
    assert.deepEqual(behind("a", historyOf(["a", "b", "a", "c"])), { kind: "versions", count: 1 });
  });

  it("is at least one where nobody wrote down what the source had", () => {
    assert.deepEqual(behind("a", historyOf(["c"], false)), { kind: "at-least-one" });
    assert.deepEqual(behind("c", historyOf(["c"], false)), { kind: "versions", count: 0 });
  });

  it("is no number where the source never had the version", () => {
    assert.deepEqual(behind("x", historyOf(["a", "b"])), { kind: "elsewhere" });
  });

  it("says that the source does not have the application", () => {
    assert.deepEqual(behind("a", historyOf([])), { kind: "not-there" });
  });

  it("is never negative, never more than there were, and nothing for the same version alone", () => {
    fc.assert(
      fc.property(versions, fc.constantFrom("a", "b", "x"), fc.boolean(), (had, version, complete) => {
        const found = behind(version, historyOf(had, complete));
        if (found.kind !== "versions") return;
        assert.ok(found.count >= 0 && found.count < new Set(had).size);
        assert.equal(found.count === 0, had.at(-1) === version);
      }),
    );
  });
});

describe("the nearest source", () => {
  const three = { kind: "versions", count: 3 } as const;
  const none = { kind: "not-there" } as const;

  it("is none where there is no source", () => {
    assert.equal(nearest([]), undefined);
  });

  it("is the one that has had the fewest versions since", () => {
    const distances = [three, { kind: "versions", count: 1 }, none].map((one, index) => ({
      stage: `s${index}`,
      behind: one as Behind,
    }));
    assert.equal(nearest(distances)?.stage, "s1");
  });

  it("is one with a number before one that never had the version", () => {
    const elsewhere = { stage: "a", behind: { kind: "elsewhere" } } as const;
    assert.equal(nearest([elsewhere, { stage: "b", behind: three }])?.stage, "b");
    assert.equal(nearest([{ stage: "c", behind: none }, elsewhere])?.stage, "a");
  });
});
