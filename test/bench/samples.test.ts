import assert from "node:assert/strict";
import { measureInTurns, summarise } from "../../bench/samples.ts";

const use = (program: string, peakBytes: number, cpuMs: number) => ({ program, peakBytes, cpuMs });

describe("the bench's samples", () => {
  it("become medians of time and the largest peak of each program", () => {
    const measurement = summarise("preview", [
      { ms: 30, programs: [use("node", 100, 8), use("pulumi", 50, 2)] },
      { ms: 10, programs: [use("node", 300, 4), use("pulumi", 40, 2)] },
      { ms: 20, programs: [use("node", 200, 6), use("pulumi", 90, 2)] },
    ]);
    assert.deepEqual(measurement, {
      name: "preview",
      medianMs: 20,
      runsMs: [30, 10, 20],
      medianCpuMs: 8,
      programs: [use("node", 300, 6), use("pulumi", 90, 2)],
    });
  });

  it("are taken in turns, after one unmeasured turn", async () => {
    const calls: string[] = [];
    const subject = (name: string) => ({
      name,
      prepare: async () => void calls.push(`prepare ${name}`),
      work: async () => void calls.push(name),
    });
    const seen: string[] = [];
    const measurements = await measureInTurns([subject("a"), subject("b")], {
      runs: 1,
      warmUp: true,
      onSample: (name) => seen.push(name),
    });
    assert.deepEqual(calls, ["prepare a", "a", "prepare b", "b", "prepare a", "a", "prepare b", "b"]);
    assert.deepEqual(seen, ["a", "b"]);
    assert.deepEqual(
      measurements.map(({ runsMs }) => runsMs.length),
      [1, 1],
    );
  });
});
