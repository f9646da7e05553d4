import assert from "node:assert/strict";
import { descendants, parseStat, sumByProgram, type ProcessStat } from "../../bench/process-tree.ts";

const stat = (pid: number, parent: number): ProcessStat => ({ pid, parent, startTime: "1", cpuMs: 0 });

describe("the bench's process tree", () => {
  it("reads parent, start and processor time behind a name with spaces and parentheses", () => {
    const fields = "S 7 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 12 0 98765 1000 10";
    assert.deepEqual(parseStat(`42 (a (b) c) ${fields}`), { pid: 42, parent: 7, startTime: "98765", cpuMs: 3000 });
  });

  it("reads nothing from a line that is cut off", () => {
    assert.equal(parseStat("42 (node) S"), undefined);
  });

  it("finds grandchildren and leaves strangers out", () => {
    const found = descendants(1, [stat(2, 1), stat(3, 2), stat(4, 99), stat(5, 4)]);
    assert.deepEqual(found.map(({ pid }) => pid).toSorted(), [2, 3]);
  });

  it("adds processor time of a program's processes and keeps the larger peak, the hungriest program first", () => {
    const processes = [
      { program: "node", peakBytes: 200, cpuMs: 10 },
      { program: "pulumi", peakBytes: 300, cpuMs: 5 },
      { program: "node", peakBytes: 100, cpuMs: 20 },
    ];
    assert.deepEqual(sumByProgram(processes), [
      { program: "pulumi", peakBytes: 300, cpuMs: 5 },
      { program: "node", peakBytes: 200, cpuMs: 30 },
    ]);
  });
});
