import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseStat, processIdentity } from "../../sandbox/process-identity.ts";

describe("processIdentity", () => {
  it("is the same each time for a process that lives", () => {
    const identity = processIdentity(process.pid);
    assert.notEqual(identity, undefined);
    assert.equal(processIdentity(process.pid), identity);
  });

  it("tells a process from one that was started at another time", async () => {
    // Start times are counted in hundredths of a second: our own was long before.
    while (process.uptime() < 0.1) await nextTurn();
    const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      const identity = processIdentity(child.pid ?? 0);
      assert.notEqual(identity, undefined);
      assert.notEqual(identity, processIdentity(process.pid));
    } finally {
      child.kill("SIGKILL");
    }
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
