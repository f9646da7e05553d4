import assert from "node:assert/strict";
import { findRevision, findUpdate } from "../../../src/delivery/rollback/chosen-update.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import { historyOf, pinOf, update } from "./sample-history.ts";

const history = historyOf("1.0.0", ["1.1.0", { result: "failed" }], ["1.2.0", { kind: "destroy" }], "1.3.0");

function result(outcome: Outcome<StackUpdate>): number | string | undefined {
  return outcome.kind === "accepted" ? outcome.value.version : outcome.refusals[0]?.code;
}

describe("findUpdate", () => {
  const find = (text: string, updates: readonly StackUpdate[] = history) => result(findUpdate(text, updates, "prod"));

  it("takes a number, a time, and the beginning of a time that is of one update alone", () => {
    for (const text of ["1", "2026-11-20T11:00:00Z", "2026-11-20T11:00:00.000Z", "2026-11-20 11:00", "2026-11-20T11"])
      assert.equal(find(text), 1, text);
  });

  it("refuses what is neither, what is unknown, and what is of several", () => {
    for (const text of ["", "last", "-1", "1.5", "v1", "2026-11", "20:00", "2026-11-20T11:00:00Z; rm"])
      assert.equal(find(text), "invalid-update", text);
    assert.equal(find("9"), "unknown-update");
    assert.equal(find("0"), "unknown-update");
    assert.equal(find("2026-11-21"), "unknown-update");
    assert.equal(find("1", []), "unknown-update");
    assert.equal(find("2026-11-20"), "ambiguous-update");
  });

  it("refuses what did not succeed as a whole", () => {
    assert.equal(find("2"), "update-unfit");
    assert.equal(find("3"), "update-unfit");
    assert.equal(find("1", historyOf(["1.0.0", { partial: true }])), "update-unfit");
  });
});

describe("findRevision", () => {
  const [one, two] = ["a".repeat(40), `b${"a".repeat(39)}`];
  const find = (text: string, updates: readonly StackUpdate[], names = ["portal", "appointments"]) => {
    const found = findRevision(text, { history: updates, names, stage: "prod" });
    return found.kind === "accepted" ? [found.value.update.version, ...found.value.names] : found.refusals[0]?.code;
  };

  it("takes the newest update of a commit of this project, for everybody", () => {
    const updates = historyOf(["1.0.0", { head: one }], ["1.0.0", { head: one }], ["1.1.0", { head: two }]);
    assert.deepEqual(find(one.slice(0, 7), updates), [2, "portal", "appointments"]);
    assert.deepEqual(find(two.toUpperCase(), updates), [3, "portal", "appointments"]);
  });

  it("refuses a commit that was deployed with different versions", () => {
    const updates = historyOf(["1.0.0", { head: one }], ["1.1.0", { head: one }]);
    assert.equal(find(one, updates), "ambiguous-update");
  });

  it("does not take a commit whose update failed", () => {
    assert.equal(find(one, historyOf(["1.0.0", { head: one, result: "failed" }])), "unknown-revision");
  });

  it("takes the source of an image for its application alone", () => {
    const from = pinOf("1.0.0", "portal", { revision: one });
    const other = pinOf("4.0.0", "appointments", { revision: two });
    const updates = [
      update(2, { portal: pinOf("1.1.0"), appointments: other }),
      update(1, { portal: from, appointments: other }),
    ];
    assert.deepEqual(find(one.slice(0, 10), updates), [1, "portal"]);
    assert.deepEqual(find(two, updates), [2, "appointments"]);
  });

  it("refuses a source of several versions of one application", () => {
    const updates = [
      update(2, { portal: pinOf("1.1.0", "portal", { revision: one }) }),
      update(1, { portal: pinOf("1.0.0", "portal", { revision: one }) }),
    ];
    assert.equal(find(one, updates), "ambiguous-update");
  });

  it("refuses what is no revision, and what no update had", () => {
    assert.equal(find("main", history), "invalid-revision");
    assert.equal(find("abcdef", history), "invalid-revision");
    assert.equal(find("abcdef0", history), "unknown-revision");
  });
});
