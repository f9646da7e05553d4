import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const requestsSchema = z.array(z.object({ atMs: z.number(), cpuMs: z.number(), method: z.string() }));

export interface StartUp {
  /** From Node's start to the registration of the stack itself: the engine's SDK alone. */
  readonly stackMs: number;
  /** From Node's start to the first resource of ours: configuration, catalogue, charts and cluster are checked by then. */
  readonly firstResourceMs: number;
  /** The program's own processor time until then: the steadier figure on a busy machine. */
  readonly firstResourceCpuMs: number;
}

const PROBE = path.join(import.meta.dirname, "start-up-probe.js");

/** The environment in which a program notes what it asks of the engine, and when (start-up-probe.js). */
export function probeEnvironment(folder: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PROBE}`, LOCKSTEP_BENCH_PROBE: folder };
}

/** What the one program that ran noted. The folder is emptied. */
export async function readStartUp(folder: string): Promise<StartUp> {
  const files = await readdir(folder);
  const notes = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  await rm(folder, { recursive: true });
  const starts = notes.flatMap((note) => toStartUp(note) ?? []);
  const [only] = starts;
  if (only === undefined || starts.length > 1)
    throw new Error(`${starts.length} programs registered resources, not one`);
  return only;
}

/** Undefined for a process that registered nothing of its own. Pure. */
export function toStartUp(note: string): StartUp | undefined {
  const requests = requestsSchema.parse(JSON.parse(note));
  const [stack, first] = requests.filter(({ method }) => method === "RegisterResource");
  if (stack === undefined || first === undefined) return undefined;
  return { stackMs: stack.atMs, firstResourceMs: first.atMs, firstResourceCpuMs: first.cpuMs };
}
