import assert from "node:assert/strict";
import fc from "fast-check";
import { renderCandidates } from "../../../src/cli/rollback/candidates-text.ts";
import { widthOf } from "../../../src/cli/text-table.ts";
import type { Candidate } from "../../../src/delivery/rollback/candidates.ts";
import { pinOf, update } from "../../delivery/rollback/sample-history.ts";

const record = { purpose: "deploy", who: "anna@sandbox.example" };
const barrier = {
  ...{ code: "schema-barrier", place: {}, expected: "", action: "" },
  found: "1.4.0 of appointments, which supports the levels 12 to 13",
};
const good = pinOf("2.3.0");

function candidate(version: number, more: Partial<Candidate> = {}): Candidate {
  const all = { portal: good, appointments: pinOf("1.4.0", "appointments") };
  return {
    ...{ update: update(version, all, { record }), differing: new Map([["portal", good]]) },
    ...{ unfit: undefined, against: [], ...more },
  };
}

const before = candidate(52);
const candidates = [
  candidate(55, { unfit: "same", differing: new Map() }),
  candidate(54, { unfit: "failed", update: update(54, {}, { result: "failed" }) }),
  before,
  candidate(51, { against: [barrier] }),
];

function linesAt(width: number): readonly string[] {
  return renderCandidates({ stage: "inttest", candidates, newestBefore: before, width }).split("\n");
}

describe("the list of what there is to go back to", () => {
  it("has a line for each update, and who, versions and reasons below it", () => {
    assert.deepEqual(linesAt(80), [
      "Updates of inttest, the newest first",
      "",
      "update  began                 result     goes back",
      "------  --------------------  ---------  ----------",
      "55      2026-11-22T17:00:00Z  succeeded  no: as now",
      "    by anna@sandbox.example",
      "54      2026-11-22T16:00:00Z  failed     no: failed",
      "    portal 2.3.0",
      "-> 52   2026-11-22T14:00:00Z  succeeded  yes",
      "    portal 2.3.0; by anna@sandbox.example",
      "51      2026-11-22T13:00:00Z  succeeded  no",
      "    portal 2.3.0; by anna@sandbox.example",
      "    no (schema-barrier): 1.4.0 of appointments, which supports the levels 12 to",
      "    13",
      "",
      "-> is where a rollback without --to goes",
    ]);
  });

  it("breaks no column at 60, whatever an update is unfit for, and its lines below between words", () => {
    const all = (["failed", "in-progress", "partial", "same"] as const).map((unfit, index) => {
      const result = unfit === "failed" || unfit === "in-progress" ? unfit : "succeeded";
      return candidate(1000 + index, { unfit, update: update(1000 + index, {}, { record, result }) });
    });
    const text = renderCandidates({ stage: "inttest", candidates: all, newestBefore: undefined, width: 60 });
    const rows = text.split("\n").filter((line) => /^\d/.test(line));
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/).length),
      [4, 4, 4, 4],
    );
    assert.ok(linesAt(60).includes("    no (schema-barrier): 1.4.0 of appointments, which"), linesAt(60).join("\n"));
  });

  it("is never wider than the terminal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 120 }), (width) => {
        const titles = new Set(["Updates of inttest, the newest first", "-> is where a rollback without --to goes"]);
        for (const line of linesAt(width)) assert.ok(titles.has(line) || widthOf(line) <= width, line);
      }),
    );
  });
});
