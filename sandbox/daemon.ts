import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { isMissing } from "./files.ts";
import { processIdentity } from "./process-identity.ts";

export interface DaemonFiles {
  readonly logFile: string;
  /** Names the process that was started, and how to tell it from a later one with the same id. */
  readonly processFile: string;
}

export interface DaemonCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing of the user's shell changes how a sandbox behaves. */
  readonly env: Readonly<Record<string, string>>;
}

/** never started, or stopped by us | running | ended without being asked | its process file is damaged */
export type DaemonState =
  | { readonly kind: "stopped" }
  | { readonly kind: "unknown" }
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "died"; readonly pid: number };

const recordSchema = z.object({ pid: z.int().positive(), identity: z.string() });
type DaemonRecord = z.infer<typeof recordSchema>;

const POLL_MS = 20;

/** Starts a process that outlives this one. The log of the run before is kept beside the log. */
export function startDaemon(command: DaemonCommand, files: DaemonFiles): void {
  mkdirSync(path.dirname(files.logFile), { recursive: true });
  mkdirSync(path.dirname(files.processFile), { recursive: true });
  keepPreviousLog(files.logFile);
  const log = openSync(files.logFile, "a");
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      // A session of its own: Ctrl-C in the user's terminal is not for it.
      detached: true,
      stdio: ["ignore", log, log],
    });
    // A program that cannot be started is an event without a process id; the log then says why.
    child.on("error", (error) => {
      writeFileSync(files.logFile, `${error.message}\n`, { flag: "a" });
    });
    child.unref();
    if (child.pid !== undefined) writeRecord(files.processFile, child.pid);
  } finally {
    closeSync(log);
  }
}

export function daemonState(processFile: string): DaemonState {
  const record = readRecord(processFile);
  if (record === undefined) return { kind: "stopped" };
  if (record === "damaged") return { kind: "unknown" };
  return { kind: isSame(record) ? "running" : "died", pid: record.pid };
}

/**
 * Ends a daemon and waits until it is gone: asks first, and after the deadline insists. Ends nothing else, ever.
 * @returns false where its process file is damaged and nobody can say whether it runs; the file is removed all the same
 */
export async function stopDaemon(processFile: string, deadlineMs: number): Promise<boolean> {
  const record = readRecord(processFile);
  if (record !== undefined && record !== "damaged") {
    send(record, "SIGTERM");
    const deadline = Date.now() + deadlineMs;
    while (isSame(record) && Date.now() < deadline) await delay(POLL_MS);
    send(record, "SIGKILL");
    while (isSame(record)) await delay(POLL_MS);
  }
  rmSync(processFile, { force: true });
  return record !== "damaged";
}

/** The end of a log, for people. */
export async function lastLines(file: string, count = 8): Promise<string[]> {
  const TAIL_BYTES = 16_384;
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
      return lines
        .slice(start === 0 ? 0 : 1)
        .filter((line) => line.trim() !== "")
        .slice(-count);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function keepPreviousLog(logFile: string): void {
  try {
    renameSync(logFile, `${logFile}.previous`);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function writeRecord(processFile: string, pid: number): void {
  // A process that is gone already never matches this, and so counts as died.
  const record: DaemonRecord = { pid, identity: processIdentity(pid) ?? "ended at once" };
  writeFileSync(`${processFile}.draft`, JSON.stringify(record));
  renameSync(`${processFile}.draft`, processFile);
}

function readRecord(processFile: string): DaemonRecord | "damaged" | undefined {
  let text: string;
  try {
    text = readFileSync(processFile, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return "damaged";
  }
}

function isSame(record: DaemonRecord): boolean {
  return processIdentity(record.pid) === record.identity;
}

function send(record: DaemonRecord, signal: "SIGTERM" | "SIGKILL"): void {
  if (!isSame(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch {
    // It ended in between: that is what was wanted.
  }
}
