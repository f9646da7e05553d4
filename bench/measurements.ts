import { cpus, loadavg, totalmem } from "node:os";
import path from "node:path";
import type { DeployReport } from "./deploy-measurements.ts";
import { keepEngineLogs } from "./engine-logs.ts";
import { Fleet, type FleetSetting } from "./fleet.ts";
import type { PolicyReport } from "./policy-measurements.ts";
import type { PromotionSize } from "./promotion-measurements.ts";
import { measureInTurns, type Measurement, type Sample, type Subject } from "./samples.ts";
import { median } from "./statistics.ts";
import { probeEnvironment, readStartUp, type StartUp } from "./start-up.ts";

/** What can be measured by itself, with `--only`. */
export const TOPICS = ["sandbox", "start-up", "no-op", "image", "policy", "promotion", "deploy"] as const;
export type Topic = (typeof TOPICS)[number];

export interface Plan {
  readonly topics: ReadonlySet<Topic>;
  readonly sizes: readonly number[];
  readonly runs: number;
  /** The smallest of each alone. */
  readonly quick: boolean;
}

/** Everything a run of the bench found. Times in milliseconds, memory in bytes. */
export interface Report {
  readonly machine: { readonly processors: number; readonly memoryBytes: number; readonly loadAverage: number };
  readonly runs: number;
  readonly sandboxStartMs?: readonly number[];
  readonly startUp?: StartUp & { readonly applications: number; readonly runsMs: readonly number[] };
  readonly policy?: PolicyReport;
  readonly promotion?: readonly PromotionSize[];
  readonly deploy?: DeployReport;
  readonly fleets: readonly FleetReport[];
}

export interface FleetReport {
  readonly applications: number;
  readonly measurements: readonly Measurement[];
}

/** The names of what is measured on a fleet: rows are compared by them. */
export const NAMES = {
  preview: "no-op pulumi preview",
  previewWithLogs: "no-op pulumi preview, with the engine's logs",
  handWritten: "no-op pulumi preview, resources written by hand",
  diff: "kubectl diff --server-side",
  up: "no-op pulumi up",
  apply: "kubectl apply --server-side",
  change: "one image changed: pulumi up",
  changeByKubectl: "one image changed: kubectl apply and rollout status",
} as const;

export type Say = (line: string) => void;

export function describeMachine(): Report["machine"] {
  return { processors: cpus().length, memoryBytes: totalmem(), loadAverage: loadavg()[0] ?? 0 };
}

export async function measureStartUp(setting: FleetSetting, runs: number, say: Say): Promise<Report["startUp"]> {
  const applications = 3;
  const fleet = new Fleet(applications, setting);
  await fleet.install({ handWritten: false });
  const folder = path.join(setting.folder, "probe");
  const starts: StartUp[] = [];
  for (let run = -1; run < runs; run += 1) {
    await fleet.lockstep.preview(probeEnvironment(folder));
    const start = await readStartUp(folder);
    if (run < 0) continue;
    starts.push(start);
    say(`start-up: first resource after ${start.firstResourceMs.toFixed(0)} ms`);
  }
  await fleet.remove();
  return {
    applications,
    stackMs: median(starts.map(({ stackMs }) => stackMs)),
    firstResourceMs: median(starts.map(({ firstResourceMs }) => firstResourceMs)),
    firstResourceCpuMs: median(starts.map(({ firstResourceCpuMs }) => firstResourceCpuMs)),
    runsMs: starts.map(({ firstResourceMs }) => firstResourceMs),
  };
}

/** @param largest compares with the hand-written program too, and changes an image */
export async function measureFleet(
  applications: number,
  setting: FleetSetting & { readonly pulumiHome: string },
  { topics, runs }: Plan,
  largest: boolean,
  say: Say,
): Promise<FleetReport> {
  const fleet = new Fleet(applications, setting);
  say(`${applications} applications: installing`);
  await fleet.install({ handWritten: largest && topics.has("no-op") });
  const onSample = (name: string, { ms }: Sample): void => {
    say(`${applications} applications: ${name}: ${(ms / 1000).toFixed(1)} s`);
  };
  const measure = (subjects: readonly Subject[], warmUp = true): Promise<readonly Measurement[]> =>
    measureInTurns(subjects, { runs, warmUp, onSample });
  const measurements: Measurement[] = [];
  if (topics.has("no-op")) {
    measurements.push(...(await measure(previews(fleet, setting.pulumiHome, largest))));
    measurements.push(...(await measure(ups(fleet), false)));
  }
  if (topics.has("image") && largest) measurements.push(...(await measure(changes(fleet))));
  await fleet.remove();
  return { applications, measurements };
}

function previews({ lockstep, handWritten, kubectl }: Fleet, pulumiHome: string, largest: boolean): readonly Subject[] {
  const keepLogs = (keep: boolean) => (): Promise<void> => keepEngineLogs(pulumiHome, keep);
  const preview = (): Promise<void> => lockstep.preview();
  return [
    { name: NAMES.preview, prepare: keepLogs(false), work: preview },
    ...(largest ? [{ name: NAMES.handWritten, work: () => handWritten.preview() }] : []),
    ...(largest ? [{ name: NAMES.previewWithLogs, prepare: keepLogs(true), work: preview }] : []),
    { name: NAMES.diff, prepare: keepLogs(false), work: () => kubectl.diff() },
  ];
}

function ups({ lockstep, kubectl }: Fleet): readonly Subject[] {
  return [
    { name: NAMES.up, work: () => lockstep.upWithoutChanges() },
    { name: NAMES.apply, work: () => kubectl.apply() },
  ];
}

/** In turns: each change is deployed by both, so both have something to do every time. */
function changes(fleet: Fleet): readonly Subject[] {
  return [
    { name: NAMES.change, prepare: () => fleet.changeImage(), work: () => fleet.lockstep.up() },
    { name: NAMES.changeByKubectl, work: () => fleet.applyAndWait() },
  ];
}
