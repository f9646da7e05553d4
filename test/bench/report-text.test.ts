import assert from "node:assert/strict";
import { NAMES, type Report } from "../../bench/measurements.ts";
import { renderReport } from "../../bench/report-text.ts";
import type { Measurement } from "../../bench/samples.ts";

const measurement = (name: string, medianMs: number): Measurement => ({
  name,
  medianMs,
  runsMs: [medianMs - 100, medianMs, medianMs + 100],
  medianCpuMs: medianMs * 2,
  programs: [{ program: "node", peakBytes: 500e6, cpuMs: 1 }],
});

const report: Report = {
  machine: { processors: 2, memoryBytes: 24 * 2 ** 30, loadAverage: 1.5 },
  runs: 3,
  sandboxStartMs: [7000, 5000, 6000],
  startUp: { applications: 3, stackMs: 250, firstResourceMs: 700, firstResourceCpuMs: 650, runsMs: [690, 700, 720] },
  policy: {
    applications: 200,
    previewWith: measurement("with", 11_500),
    previewWithout: measurement("without", 10_000),
    startUp: { medianMs: 500, medianCpuMs: 300, runsMs: [490, 500] },
    resources: 1000,
    judging: { medianMs: 1500, medianCpuMs: 1000, runsMs: [1500] },
    images: 200,
    verifyingCold: { medianMs: 3000, medianCpuMs: 1, runsMs: [3000] },
    verifyingWarm: { medianMs: 300, medianCpuMs: 1, runsMs: [300] },
  },
  fleets: [
    { applications: 50, measurements: [measurement(NAMES.preview, 4000), measurement(NAMES.diff, 1000)] },
    {
      applications: 200,
      measurements: [
        measurement(NAMES.preview, 10_000),
        measurement(NAMES.handWritten, 8000),
        measurement(NAMES.diff, 4000),
      ],
    },
  ],
};

describe("the bench's report", () => {
  const text = renderReport(report);

  it("names the machine and the number of runs", () => {
    assert.match(text, /^2 processors, 24 GiB, load average 1\.5 at the start; median of 3\n/);
  });

  it("compares the median with kubectl's of the same size", () => {
    assert.match(text, /│ 50 .*no-op pulumi preview +│ 4\.00 s +│ 3\.90 s to 4\.10 s +│ 8\.00 s +│ 4\.00 times/);
    assert.match(text, /│ 200 .*no-op pulumi preview +│ 10\.0 s .*│ 2\.50 times/);
  });

  it("compares with the hand-written program where that was measured", () => {
    assert.equal(text.match(/compared with the same resources written by hand: (.*?) times/)?.[1], "1.25");
  });

  it("says what one more application costs", () => {
    assert.match(text, /from 50 to 200 costs 40 ms \(processor time 80 ms\)/);
  });

  it("gives the median of the sandbox's starts, and the start-up beside its target", () => {
    assert.match(text, /Ready nodes: 6\.00 s \(5\.00 s to 7\.00 s;/);
    assert.match(
      text,
      /to its first resource: 700 ms \(0\.69 s to 0\.72 s; target under 900 ms; its processor time 650 ms;/,
    );
  });

  it("compares a preview with the policy pack with one without it, start-up aside", () => {
    assert.match(
      text,
      /│ preview of 200 applications with it .*│ 1\.10 times, start-up aside \(processor time 1\.14\);/,
    );
  });

  it("says what judging one resource takes, and verifying all images", () => {
    assert.match(text, /│ 1000 resources judged +│ 1\.50 s .*│ 1\.50 ms each, 1\.00 ms of the processor; at most 2 ms/);
    assert.match(text, /│ 200 images verified, empty store +│ 3\.00 s .*│ under 5\.00 s/);
  });

  it("lists the peak memory of each process", () => {
    assert.match(text, /│ peak memory +│ engine │ program │/);
    assert.match(text, /│ no-op pulumi preview +│ +│ 500 MB +│/);
  });

  it("leaves out what was not measured", () => {
    const { machine, runs } = report;
    assert.equal(renderReport({ machine, runs, fleets: [] }).trim().split("\n").length, 1);
  });
});
