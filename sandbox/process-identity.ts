import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells one process from a later one with the same id: its start time, and where the system has one the id of the
 * boot, since start times count from there. Undefined: no such process, or it has ended and waits for its parent.
 * Synchronous, so that no other work comes between starting a process and writing down which one it is.
 */
export function processIdentity(pid: number): string | undefined {
  return process.platform === "linux" ? identityFromProc(pid) : identityFromPs(pid);
}

/** Parses proc(5)'s stat line: the name stands in parentheses and may itself hold spaces and parentheses. */
export function parseStat(stat: string): { readonly state: string; readonly startTime: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Fields 3 (state) and 22 (starttime) of the line.
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

function identityFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const parsed = parseStat(stat);
  if (parsed === undefined || hasEnded(parsed.state)) return undefined;
  return `${bootId()}/${parsed.startTime}`;
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** `ps` is on every Unix. Not through adapters/processes.ts because this must be synchronous (see above). */
function identityFromPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const [, state, startTime] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  if (status !== 0 || state === undefined || startTime === undefined || hasEnded(state)) return undefined;
  return startTime;
}

/** Zombies and dead processes hold their id, but nothing more. */
function hasEnded(state: string): boolean {
  return state.startsWith("Z") || state.startsWith("X");
}
