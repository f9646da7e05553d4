import Table from "cli-table3";
import { milliseconds, range, seconds } from "./duration-text.ts";
import type { PolicyReport, Timing } from "./policy-measurements.ts";

/** Targets of issue 4. */
const TARGETS = { previewRatio: 1.2, startUpMs: 700, msPerResource: 2, verifyingColdMs: 5000 } as const;

/** What the policy pack costs, for people. Pure. */
export function renderPolicy(report: PolicyReport): string {
  const { applications, resources, images, startUp, judging, verifyingCold, verifyingWarm } = report;
  const head = ["the policy pack", "median", "all runs", "processor time", "target"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const add = (what: string, timing: Timing, target: string): void => {
    const { medianMs, runsMs, medianCpuMs } = timing;
    table.push([what, seconds(medianMs), range(runsMs), seconds(medianCpuMs), target]);
  };
  add(`preview of ${applications} applications with it`, report.previewWith, renderPreviewTarget(report));
  add("the same without it", report.previewWithout, "");
  add("its start-up: process to list of rules", startUp, `under ${milliseconds(TARGETS.startUpMs)}`);
  const each = (ms: number): string => `${(ms / resources).toFixed(2)} ms`;
  const eachCpu = `${each(judging.medianCpuMs)} of the processor`;
  const ofJudging = `${each(judging.medianMs)} each, ${eachCpu}; at most ${TARGETS.msPerResource} ms`;
  add(`${resources} resources judged`, judging, ofJudging);
  add(`${images} images verified, empty store`, verifyingCold, `under ${seconds(TARGETS.verifyingColdMs)}`);
  add(`${images} images verified, warm store`, verifyingWarm, "");
  return table.toString();
}

function renderPreviewTarget({ previewWith, previewWithout, startUp }: PolicyReport): string {
  const ratio = (withPack: number, without: number, start: number): string => ((withPack - start) / without).toFixed(2);
  const wall = ratio(previewWith.medianMs, previewWithout.medianMs, startUp.medianMs);
  const cpu = ratio(previewWith.medianCpuMs, previewWithout.medianCpuMs, startUp.medianCpuMs);
  return `${wall} times, start-up aside (processor time ${cpu}); at most ${TARGETS.previewRatio}`;
}
