import assert from "node:assert/strict";
import fc from "fast-check";
import { candidatesOf, newestBefore, HELD } from "../../../src/delivery/rollback/candidates.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import type { Pin } from "../../../src/model/pin.ts";
import { historyOf, pinOf } from "./sample-history.ts";

const names = ["portal"];
const held = (...versions: readonly string[]) => ({
  judge: (_name: string, { image }: Pin) =>
    versions.includes(image.tag) ? [{ code: HELD, place: {}, found: image.tag, expected: "", action: "" }] : [],
});

function newest(history: readonly StackUpdate[], { judge } = held()): number | undefined {
  return newestBefore({ history, names }, candidatesOf({ history, names, judge }))?.update.version;
}

describe("candidates of a rollback", () => {
  it("are the updates, each with what differs from now and why nobody goes there", () => {
    const history = historyOf("1.0.0", ["1.1.0", { result: "failed" }], ["1.2.0", { partial: true }], "1.3.0", "1.3.0");
    const candidates = candidatesOf({ history, names, ...held() });
    assert.deepEqual(
      candidates.map(({ update: { version }, unfit }) => [version, unfit]),
      [
        [5, "same"],
        [4, "same"],
        [3, "partial"],
        [2, "failed"],
        [1, undefined],
      ],
    );
    assert.deepEqual([...(candidates[4]?.differing ?? [])], [["portal", pinOf("1.0.0")]]);
  });

  it("leave out what is no update", () => {
    const history = historyOf("1.0.0", ["1.1.0", { kind: "refresh" }], "1.2.0");
    assert.deepEqual(
      candidatesOf({ history, names, ...held() }).map(({ update: { version } }) => version),
      [3, 1],
    );
  });

  it("begin with the newest that succeeded before the versions of now", () => {
    assert.equal(newest(historyOf("1.0.0", "1.1.0", "1.2.0")), 2);
    assert.equal(newest(historyOf("1.0.0", ["1.1.0", { result: "failed" }], "1.2.0")), 1);
    assert.equal(newest(historyOf("1.0.0", "1.1.0", "1.1.0")), 1);
  });

  it("take the versions of a failed update for those of now", () => {
    assert.equal(newest(historyOf("1.0.0", "1.1.0", ["1.2.0", { result: "failed" }])), 2);
  });

  it("never lead forward again after a rollback", () => {
    assert.equal(newest(historyOf("1.0.0", "1.1.0", "1.2.0", "1.1.0")), 1);
    assert.equal(newest(historyOf("1.0.0", "1.1.0", "1.0.0")), undefined);
  });

  it("pass over what is on hold", () => {
    assert.equal(newest(historyOf("1.0.0", "1.1.0", "1.2.0"), held("1.1.0")), 1);
    assert.equal(newest(historyOf("1.0.0", "1.1.0"), held("1.0.0")), undefined);
  });

  it("never lead to what failed, was partial, is held, or is what runs, whatever the history", () => {
    const entry = fc.record({
      version: fc.constantFrom("1.0.0", "1.1.0", "1.2.0"),
      result: fc.constantFrom("succeeded" as const, "failed" as const, "in-progress" as const),
      partial: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.constantFrom("1.0.0", "none"), (entries, onHold) => {
        const history = historyOf(...entries.map(({ version, ...more }) => [version, more] as const));
        const found = newestBefore({ history, names }, candidatesOf({ history, names, ...held(onHold) }))?.update;
        if (found === undefined) return;
        assert.deepEqual([found.result, found.partial], ["succeeded", false]);
        const tag = found.wholePins.get("portal")?.image.tag;
        const now = history[0]?.wholePins.get("portal")?.image.tag;
        assert.ok(tag !== onHold && tag !== now);
        const came = history.findLast((one) => one.wholePins.get("portal")?.image.tag === now);
        assert.ok(found.version < (came?.version ?? 0));
      }),
    );
  });
});
