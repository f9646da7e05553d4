import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { run } from "../src/adapters/processes.ts";
import { PackProcess } from "../test/policy/harness/pack-process.ts";
import { STAGE } from "./generated-project.ts";
import { PolicyFleet, type PolicyFleetSetting } from "./policy-fleet.ts";
import { parseStat } from "./process-tree.ts";
import { requestsOfState } from "./recorded-requests.ts";
import { measureInTurns, type Measurement, type Sample } from "./samples.ts";
import { median } from "./statistics.ts";

/** Something of a single process. In milliseconds. */
export interface Timing {
  readonly medianMs: number;
  readonly medianCpuMs: number;
  readonly runsMs: readonly number[];
}

/** What the policy pack costs, with a warm store unless said otherwise. */
export interface PolicyReport {
  readonly applications: number;
  readonly previewWith: Measurement;
  readonly previewWithout: Measurement;
  /** From the process's start until it has named its rules. */
  readonly startUp: Timing;
  /** All resources of the stage, judged one after the other as the engine asks, once the stage is loaded. */
  readonly resources: number;
  readonly judging: Timing;
  readonly images: number;
  /** The signatures of all images, from an empty store. */
  readonly verifyingCold: Timing;
  readonly verifyingWarm: Timing;
}

export const POLICY_NAMES = {
  with: "no-op pulumi preview with the policy pack",
  without: "no-op pulumi preview without it",
} as const;

export interface PolicySetting extends PolicyFleetSetting {
  readonly runs: number;
  readonly say: (line: string) => void;
}

export async function measurePolicy(setting: PolicySetting): Promise<PolicyReport> {
  const { runs, say, signedImages } = setting;
  const fleet = new PolicyFleet(setting);
  say(`policy: installing ${signedImages.length} applications`);
  await fleet.install();
  const [previewWith, previewWithout] = await measurePreviews(fleet, setting);
  const requests = requestsOfState(await fleet.engine.exportState());
  const startUp = await repeat(runs, () => startOnce(fleet));
  say(`policy: start-up ${startUp.medianMs.toFixed(0)} ms`);
  const judging = await measureJudging(fleet, requests, runs);
  say(`policy: ${requests.length} resources judged in ${judging.medianMs.toFixed(0)} ms`);
  const { cold, warm } = await measureSignatures(fleet, setting);
  await fleet.remove();
  const counts = { applications: signedImages.length, resources: requests.length, images: signedImages.length };
  return { ...counts, previewWith, previewWithout, startUp, judging, verifyingCold: cold, verifyingWarm: warm };
}

async function measurePreviews(
  fleet: PolicyFleet,
  { runs, say }: PolicySetting,
): Promise<readonly [Measurement, Measurement]> {
  const onSample = (name: string, { ms }: Sample): void => {
    say(`${name}: ${(ms / 1000).toFixed(1)} s`);
  };
  const subjects = [
    { name: POLICY_NAMES.with, work: () => fleet.preview({ pack: true }) },
    { name: POLICY_NAMES.without, work: () => fleet.preview({ pack: false }) },
  ];
  const [withPack, without] = await measureInTurns(subjects, { runs, warmUp: true, onSample });
  if (withPack === undefined || without === undefined) throw new Error("a measurement of nothing");
  return [withPack, without];
}

interface Spent {
  readonly ms: number;
  readonly cpuMs: number;
}

async function startOnce(fleet: PolicyFleet): Promise<Spent> {
  const startedAt = performance.now();
  const pack = await PackProcess.start(fleet.pack, { env: fleet.env });
  try {
    await pack.info();
    return { ms: performance.now() - startedAt, cpuMs: cpuMsOf(pack) };
  } finally {
    await pack.stop();
  }
}

/** The first round, unmeasured, loads the stage and verifies its signatures. */
async function measureJudging(
  fleet: PolicyFleet,
  requests: ReturnType<typeof requestsOfState>,
  runs: number,
): Promise<Timing> {
  const pack = await PackProcess.start(fleet.pack, { env: fleet.env });
  const judgeAll = async (): Promise<Spent> => {
    const [startedAt, cpuMs] = [performance.now(), cpuMsOf(pack)];
    for (const request of requests) {
      // The engine asks both.
      await pack.remediate(request);
      const [refusal] = (await pack.analyze(request)).getDiagnosticsList();
      if (refusal !== undefined) throw new Error(`the pack refuses the bench's own:\n${refusal.getMessage()}`);
    }
    return { ms: performance.now() - startedAt, cpuMs: cpuMsOf(pack) - cpuMs };
  };
  try {
    await pack.configureStack(await fleet.name(), STAGE);
    await pack.info();
    return await repeat(runs, judgeAll);
  } finally {
    await pack.stop();
  }
}

const probeSchema = z.object({ images: z.number(), ms: z.number(), cpuMs: z.number() });

async function measureSignatures(
  fleet: PolicyFleet,
  { runs, folder, signal, say }: PolicySetting,
): Promise<{ readonly cold: Timing; readonly warm: Timing }> {
  const store = path.join(folder, "store");
  const probe = async (): Promise<Spent> => {
    const args = [path.join(import.meta.dirname, "signature-probe.ts"), await fleet.name(), STAGE];
    const env = { ...fleet.env, LOCKSTEP_PROJECT: fleet.project, LOCKSTEP_STORE: store };
    const { stdout } = await run(process.execPath, args, { env, signal, timeoutMs: 120_000 });
    const spent = probeSchema.parse(JSON.parse(stdout));
    say(`policy: ${spent.images} images verified in ${spent.ms.toFixed(0)} ms`);
    return spent;
  };
  const cold = await repeat(runs, async () => {
    await rm(store, { recursive: true, force: true });
    await mkdir(store);
    return probe();
  });
  return { cold, warm: await repeat(runs, probe) };
}

/** One run before, unmeasured, warms caches. */
async function repeat(runs: number, work: () => Promise<Spent>): Promise<Timing> {
  await work();
  const spent: Spent[] = [];
  for (let index = 0; index < runs; index += 1) spent.push(await work());
  return {
    medianMs: median(spent.map(({ ms }) => ms)),
    medianCpuMs: median(spent.map(({ cpuMs }) => cpuMs)),
    runsMs: spent.map(({ ms }) => ms),
  };
}

/** What a process has used of the processor so far; 0 where the system has no /proc. */
function cpuMsOf({ pid }: PackProcess): number {
  try {
    return parseStat(readFileSync(`/proc/${pid ?? 0}/stat`, "utf8"))?.cpuMs ?? 0;
  } catch {
    return 0;
  }
}
