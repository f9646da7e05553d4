import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** What one program took, over all its processes of a run. */
export interface ProgramUse {
  readonly program: string;
  /** The largest peak of one process, in bytes. */
  readonly peakBytes: number;
  /** Of all its processes together, in milliseconds. */
  readonly cpuMs: number;
}

interface ProcessUse {
  readonly program: string;
  readonly peakBytes: number;
  readonly cpuMs: number;
}

const INTERVAL_MS = 50;
/** USER_HZ, which is 100 on every Linux that Node runs on (time(7)). */
const MS_PER_TICK = 10;

/**
 * Watches every process that this one starts, and theirs, while `work` runs. The kernel keeps each one's peak (VmHWM), so
 * only what is used after the last look is missed. Without /proc the list is empty.
 */
export async function watchProcesses<T>(
  work: () => Promise<T>,
): Promise<{ result: T; programs: readonly ProgramUse[] }> {
  const seen = new Map<string, ProcessUse>();
  // A sandbox's daemons are children of whoever started it.
  const earlier = new Set(descendants(process.pid, allProcesses()).map(keyOf));
  const timer = setInterval(() => {
    look(seen, earlier);
  }, INTERVAL_MS);
  try {
    const result = await work();
    return { result, programs: sumByProgram([...seen.values()]) };
  } finally {
    clearInterval(timer);
  }
}

/** Pure. The hungriest first. */
export function sumByProgram(processes: readonly ProcessUse[]): readonly ProgramUse[] {
  const programs = new Map<string, ProgramUse>();
  for (const { program, peakBytes, cpuMs } of processes) {
    const before = programs.get(program);
    programs.set(program, {
      program,
      peakBytes: Math.max(before?.peakBytes ?? 0, peakBytes),
      cpuMs: (before?.cpuMs ?? 0) + cpuMs,
    });
  }
  return [...programs.values()].toSorted((left, right) => right.peakBytes - left.peakBytes);
}

/** Synchronous: a look is a moment. */
function look(seen: Map<string, ProcessUse>, earlier: ReadonlySet<string>): void {
  for (const stat of descendants(process.pid, allProcesses())) {
    if (earlier.has(keyOf(stat))) continue;
    const use = readUse(stat);
    // A process that has become another program is both.
    if (use !== undefined) seen.set(`${keyOf(stat)}/${use.program}`, use);
  }
}

/** Process ids are used again; together with the start they are not. */
function keyOf({ pid, startTime }: ProcessStat): string {
  return `${pid}/${startTime}`;
}

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly startTime: string;
  readonly cpuMs: number;
}

/** `/proc/<pid>/stat` (proc_pid_stat(5)). The name in it may hold spaces and parentheses. Pure. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const pid = Number.parseInt(text, 10);
  const [parent, user, system, startTime] = [fields[1], fields[11], fields[12], fields[19]];
  if (!Number.isInteger(pid) || parent === undefined || startTime === undefined) return undefined;
  return { pid, parent: Number(parent), startTime, cpuMs: (Number(user) + Number(system)) * MS_PER_TICK };
}

/** Children, their children and so on. Pure. */
export function descendants(root: number, processes: readonly ProcessStat[]): readonly ProcessStat[] {
  const children = processes.filter(({ parent }) => parent === root);
  return children.flatMap((child) => [child, ...descendants(child.pid, processes)]);
}

export function allProcesses(): readonly ProcessStat[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readStat(name) ?? []) : []));
  } catch {
    return [];
  }
}

function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Undefined for a process that has ended meanwhile. */
function readUse({ pid, cpuMs }: ProcessStat): ProcessUse | undefined {
  try {
    const program = path.basename(readlinkSync(`/proc/${pid}/exe`));
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : { program, peakBytes: Number(kilobytes) * 1024, cpuMs };
  } catch {
    return undefined;
  }
}
