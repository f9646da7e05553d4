import assert from "node:assert/strict";
import { toStartUp } from "../../bench/start-up.ts";

const note = (...methods: readonly string[]): string =>
  JSON.stringify(methods.map((method, index) => ({ atMs: (index + 1) * 100, cpuMs: index * 10, method })));

describe("the bench's start-up", () => {
  it("ends at the first resource after the stack, whatever else is asked of the engine", () => {
    const requests = note("GetDeploymentInfo", "RegisterResource", "Invoke", "RegisterResource", "RegisterResource");
    assert.deepEqual(toStartUp(requests), { stackMs: 200, firstResourceMs: 400, firstResourceCpuMs: 30 });
  });

  it("is not read from a process that registered nothing but the stack", () => {
    assert.equal(toStartUp(note("RegisterResource", "Invoke")), undefined);
  });
});
