import Table from "cli-table3";
import { renderDeploy } from "./deploy-text.ts";
import { milliseconds, range, seconds } from "./duration-text.ts";
import { NAMES, type FleetReport, type Report } from "./measurements.ts";
import { renderPolicy } from "./policy-text.ts";
import { renderPromotion } from "./promotion-text.ts";
import type { Measurement } from "./samples.ts";
import { marginalCosts, median } from "./statistics.ts";

/** What each row is compared with, in the same run. */
const YARDSTICKS: Readonly<Record<string, string>> = {
  [NAMES.preview]: NAMES.diff,
  [NAMES.up]: NAMES.apply,
  [NAMES.change]: NAMES.changeByKubectl,
};

/** Targets of issue 3. */
const TARGETS = { firstResourceMs: 900, ratioToHandWritten: 1.5, sandboxStartMs: 10_000 } as const;

/** Whose memory is shown; the program asks the cluster's uid with kubectl. */
const PROCESSES = [
  { program: "pulumi", title: "engine" },
  { program: "node", title: "program" },
  { program: "pulumi-language-nodejs", title: "language host" },
  { program: "pulumi-resource-kubernetes", title: "provider" },
  { program: "kubectl", title: "kubectl" },
] as const;

/** What a run of the bench prints for people. Pure. */
export function renderReport(report: Report): string {
  const { machine, runs } = report;
  const sections = [
    `${machine.processors} processors, ${gigabytes(machine.memoryBytes)}, load average ${machine.loadAverage.toFixed(1)} at the start; median of ${runs}`,
    ...renderStarts(report),
    ...(report.policy === undefined ? [] : [renderPolicy(report.policy)]),
    ...(report.promotion === undefined ? [] : [renderPromotion(report.promotion)]),
    ...(report.deploy === undefined ? [] : [renderDeploy(report.deploy)]),
    ...(report.fleets.length === 0 ? [] : [durations(report.fleets), ...renderGrowth(report.fleets)]),
    ...report.fleets.flatMap(renderRatio),
    ...(report.fleets.length === 0 ? [] : [memory(report.fleets)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function renderStarts({ sandboxStartMs, startUp }: Report): readonly string[] {
  return [
    ...(sandboxStartMs === undefined
      ? []
      : [
          `sandbox, from built tools to Ready nodes: ${seconds(median(sandboxStartMs))} (${range(sandboxStartMs)}; target under ${seconds(TARGETS.sandboxStartMs)})`,
        ]),
    ...(startUp === undefined
      ? []
      : [
          `program with ${startUp.applications} applications, from Node's start to its first resource: ${milliseconds(startUp.firstResourceMs)} (${range(startUp.runsMs)}; target under ${milliseconds(TARGETS.firstResourceMs)}; its processor time ${milliseconds(startUp.firstResourceCpuMs)}; the stack itself after ${milliseconds(startUp.stackMs)})`,
        ]),
  ];
}

function durations(fleets: readonly FleetReport[]): string {
  const head = ["applications", "what", "median", "all runs", "processor time", "compared with kubectl"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { applications, measurements } of fleets) {
    for (const measurement of measurements) {
      const { name, medianMs, runsMs, medianCpuMs } = measurement;
      const yardstick = measurements.find((other) => other.name === YARDSTICKS[name]);
      const ratio = yardstick === undefined ? "" : times(medianMs, yardstick.medianMs);
      table.push([String(applications), name, seconds(medianMs), range(runsMs), seconds(medianCpuMs), ratio]);
    }
  }
  return table.toString();
}

function renderGrowth(fleets: readonly FleetReport[]): readonly string[] {
  return [NAMES.preview, NAMES.up].flatMap((name) => {
    const points = fleets.flatMap(({ applications, measurements }) =>
      measurements
        .filter((measurement) => measurement.name === name)
        .map(({ medianMs, medianCpuMs }) => ({ applications, medianMs, medianCpuMs })),
    );
    const wall = marginalCosts(points.map(({ applications, medianMs }) => ({ applications, ms: medianMs })));
    const cpu = marginalCosts(points.map(({ applications, medianCpuMs }) => ({ applications, ms: medianCpuMs })));
    return wall.map(
      ({ from, to, msEach }, index) =>
        `${name}: each application from ${from} to ${to} costs ${msEach.toFixed(0)} ms (processor time ${cpu[index]?.msEach.toFixed(0) ?? "?"} ms)`,
    );
  });
}

function renderRatio({ applications, measurements }: FleetReport): readonly string[] {
  const find = (name: string): Measurement | undefined => measurements.find((measurement) => measurement.name === name);
  const [ours, byHand] = [find(NAMES.preview), find(NAMES.handWritten)];
  if (ours === undefined || byHand === undefined) return [];
  return [
    `${applications} applications, no-op preview compared with the same resources written by hand: ${times(ours.medianMs, byHand.medianMs)} (processor time ${times(ours.medianCpuMs, byHand.medianCpuMs)}; target at most ${TARGETS.ratioToHandWritten})`,
  ];
}

function memory(fleets: readonly FleetReport[]): string {
  const head = ["applications", "peak memory", ...PROCESSES.map(({ title }) => title)];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { applications, measurements } of fleets) {
    for (const { name, programs } of measurements) {
      const peaks = PROCESSES.map(({ program }) => programs.find((use) => use.program === program)?.peakBytes);
      table.push([String(applications), name, ...peaks.map((bytes) => (bytes === undefined ? "" : megabytes(bytes)))]);
    }
  }
  return table.toString();
}

function times(value: number, yardstick: number): string {
  return yardstick === 0 ? "" : `${(value / yardstick).toFixed(2)} times`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GiB`;
}
