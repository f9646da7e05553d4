import assert from "node:assert/strict";
import fc from "fast-check";
import { candidatesOf, newestBefore, HELD } from "../../../src/delivery/rollback/candidates.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import type { Pin } from "../../../src/model/pin.ts";
import { historyOf, pinOf, update } from "./sample-history.ts";

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

  const rolledBack = { record: { purpose: "rollback" } };

  it("lead back again from a version that was deployed anew after a rollback", () => {
    assert.equal(newest(historyOf("2.3.1", ["2.3.0", rolledBack], "2.3.1")), 2);
    assert.equal(newest(historyOf("2.2.0", "2.3.0", "2.3.1", ["2.3.0", rolledBack], "2.3.1", "2.3.1")), 4);
    // And from there on back: neither to what was left twice, nor round and round.
    assert.equal(newest(historyOf("2.2.0", "2.3.0", "2.3.1", "2.3.0", "2.3.1", ["2.3.0", rolledBack])), 1);
  });

  it("take a rollback for one whatever its versions are called, and others by the order of their versions", () => {
    assert.equal(newest(historyOf("1.0.0", "red", "blue", ["red", rolledBack])), 1);
    assert.equal(newest(historyOf("1.0.0", "red", "blue", "red")), 3);
    assert.equal(newest(historyOf("1.0.0", "1.2.0", "1.1.0", ["1.2.0", rolledBack])), 1);
  });

  it("lead to what ran before where somebody went forward again by a rollback", () => {
    const back = historyOf("1.0.0", "1.1.0", "1.2.0", ["1.0.0", rolledBack], ["1.2.0", rolledBack]);
    assert.equal(newest(back), 4);
  });

  it("lead none of several applications forward again, whichever of them went back", () => {
    const versions = (portal: string, patients: string) => ({ portal: pinOf(portal), patients: pinOf(patients) });
    const history = [
      update(3, versions("1.0.0", "3.1.0"), rolledBack),
      update(2, versions("1.1.0", "3.1.0")),
      update(1, versions("1.0.0", "3.0.0")),
    ];
    const before = (...of: readonly string[]) =>
      newestBefore({ history, names: of }, candidatesOf({ history, names: of, ...held() }))?.update.version;
    assert.deepEqual([before("portal"), before("patients"), before("portal", "patients")], [undefined, 1, 1]);
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
        const other = history.findIndex((one) => one.wholePins.get("portal")?.image.tag !== now);
        assert.ok(history.indexOf(found) >= other);
      }),
    );
  });

  it("lead to what lies below on the pile that deploys add to and rollbacks take from, said by a verb or not", () => {
    const step = fc.oneof(fc.constantFrom(1, 2), fc.constantFrom("back" as const, "again" as const, "fails" as const));
    const record = fc.constantFrom(rolledBack, {});
    fc.assert(
      fc.property(fc.array(fc.tuple(step, record), { maxLength: 14 }), (steps) => {
        const [pile, entries] = [[0], [["1.0.0", {}]] as (readonly [string, Partial<StackUpdate>])[]];
        const top = () => pile.at(-1) ?? 0;
        const add = (version: number, more: Partial<StackUpdate> = {}) => entries.push([`1.${version}.0`, more]);
        for (const [what, how] of steps) {
          if (typeof what === "number") pile.push(top() + what);
          if (what === "back" && pile.length > 1) pile.pop();
          if (what === "fails") add(top() + 1, { result: "failed" });
          add(top(), what === "back" || what === "fails" ? how : {});
        }
        const history = historyOf(...entries);
        const found = newestBefore({ history, names }, candidatesOf({ history, names, ...held() }))?.update;
        const below = pile.at(-2);
        assert.equal(found?.wholePins.get("portal")?.image.tag, below === undefined ? undefined : `1.${below}.0`);
      }),
    );
  });
});
