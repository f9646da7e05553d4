import { median } from "./statistics.ts";
import { watchProcesses, type ProgramUse } from "./process-tree.ts";

/** One run of what is measured. */
export interface Sample {
  readonly ms: number;
  readonly programs: readonly ProgramUse[];
}

/** What all runs of one thing say together. */
export interface Measurement {
  readonly name: string;
  readonly medianMs: number;
  readonly runsMs: readonly number[];
  /** Of all its processes; on a busy machine the steadier figure. */
  readonly medianCpuMs: number;
  /** The largest peak of each program in any run. */
  readonly programs: readonly ProgramUse[];
}

export async function takeSample(work: () => Promise<void>): Promise<Sample> {
  const { result, programs } = await watchProcesses(async () => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  });
  return { ms: result, programs };
}

/** Pure. */
export function summarise(name: string, samples: readonly Sample[]): Measurement {
  const names = [...new Set(samples.flatMap(({ programs }) => programs.map(({ program }) => program)))];
  const usesOf = (program: string): readonly ProgramUse[] =>
    samples.flatMap(({ programs }) => programs.filter((use) => use.program === program));
  const programs = names.map((program) => {
    const uses = usesOf(program);
    return {
      program,
      peakBytes: Math.max(...uses.map(({ peakBytes }) => peakBytes)),
      cpuMs: median(uses.map(({ cpuMs }) => cpuMs)),
    };
  });
  return {
    name,
    medianMs: median(samples.map(({ ms }) => ms)),
    runsMs: samples.map(({ ms }) => ms),
    medianCpuMs: median(samples.map((sample) => sample.programs.reduce((sum, { cpuMs }) => sum + cpuMs, 0))),
    programs: programs.toSorted((left, right) => right.peakBytes - left.peakBytes),
  };
}

/** Something to measure: `prepare` is not part of it. */
export interface Subject {
  readonly name: string;
  readonly prepare?: () => Promise<void>;
  readonly work: () => Promise<void>;
}

/**
 * Measures things that are compared in turns, so that what else the machine does meets all of them alike.
 * One run of each before, unmeasured, warms caches.
 */
export async function measureInTurns(
  subjects: readonly Subject[],
  { runs, warmUp, onSample }: { runs: number; warmUp: boolean; onSample: (name: string, sample: Sample) => void },
): Promise<readonly Measurement[]> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let run = warmUp ? -1 : 0; run < runs; run += 1) {
    for (const { name, prepare, work } of subjects) {
      await prepare?.();
      const sample = await takeSample(work);
      if (run < 0) continue;
      samples.get(name)?.push(sample);
      onSample(name, sample);
    }
  }
  return subjects.map(({ name }) => summarise(name, samples.get(name) ?? []));
}
