import assert from "node:assert/strict";
import { parseStat, processIdentity } from "../../sandbox/process-identity.ts";

describe("processIdentity", () => {
  it("is the same each time for a process that lives", () => {
    const identity = processIdentity(process.pid);
    assert.notEqual(identity, undefined);
    assert.equal(processIdentity(process.pid), identity);
  });

  it("tells this process from its parent", () => {
    assert.notEqual(processIdentity(process.ppid), processIdentity(process.pid));
  });

  it("is undefined where there is no such process", () => {
    // Above the highest id that Linux gives out.
    assert.equal(processIdentity(2 ** 22 + 1), undefined);
  });

  it("reads past a name with spaces and parentheses", () => {
    const fields = ["S", ...Array.from({ length: 18 }, (_, index) => String(index)), "4711", "0"];
    assert.deepEqual(parseStat(`42 (a) b (c) ${fields.join(" ")}`), { state: "S", startTime: "4711" });
  });
});
