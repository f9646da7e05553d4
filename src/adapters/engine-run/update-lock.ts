import { readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";
import { codeOf } from "../disk.ts";
import { ProcessError, run } from "../processes.ts";
import { projectRoot } from "../project.ts";
import { findBackendFiles } from "./backend-files.ts";

/** Who holds a stack's update lock. */
export interface UpdateLock {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly sinceMs: number;
  /** Whether that process runs; undefined on another machine, where nobody here can know. */
  readonly alive: boolean | undefined;
}

const TIMEOUT_MS = 60_000;

const lockSchema = z
  .object({ pid: z.int().positive(), username: z.string(), hostname: z.string(), timestamp: z.string() })
  .transform(({ pid, username, hostname: host, timestamp }) => toLock(username, pid, host, timestamp));

/**
 * The oldest lock on a stage's stack. Only backends in folders can be asked; what others say of a lock is in the words
 * of the run that it stopped (`lockFromText`).
 */
export async function readUpdateLock(stage: string, signal: AbortSignal): Promise<UpdateLock | undefined> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused" || files.value === undefined) return undefined;
  const locks = (await readLocks(files.value.locks)).map(({ lock }) => lock);
  return locks.toSorted((left, right) => left.sinceMs - right.sinceMs)[0];
}

interface LockFile {
  readonly file: string;
  readonly lock: UpdateLock;
}

async function readLocks(folder: string): Promise<readonly LockFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const read = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => {
        const file = join(folder, name);
        // It may have been let go of meanwhile.
        const text = await readFile(file, "utf8").catch(() => undefined);
        return text === undefined ? [] : [{ file, lock: parseLock(text) }];
      }),
  );
  return read.flat();
}

function parseLock(text: string): UpdateLock {
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    // A run that was killed while it wrote the lock: the engine counts it as one all the same.
    return { owner: "somebody", pid: 0, host: "", sinceMs: 0, alive: undefined };
  }
}

const SAID = /created by (?<owner>.+?)@(?<host>\S+) \(pid (?<pid>\d+)\) at (?<time>\S+)/;

/** The lock that the engine's own words tell of, as every backend of files and buckets words it. */
export function lockFromText(said: string): UpdateLock | undefined {
  const { owner, host, pid, time } = SAID.exec(said)?.groups ?? {};
  if (owner === undefined || host === undefined || pid === undefined || time === undefined) return undefined;
  return toLock(owner, Number(pid), host, time);
}

function toLock(owner: string, pid: number, host: string, time: string): UpdateLock {
  const sinceMs = Date.parse(time);
  return { owner, pid, host, sinceMs: Number.isNaN(sinceMs) ? 0 : sinceMs, alive: isAlive(pid, host) };
}

function isAlive(pid: number, host: string): boolean | undefined {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return codeOf(error) !== "ESRCH";
  }
}

/** One that was killed keeps its number until its parent asks what became of it, in some containers for ever (proc(5)). */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Why a locked stage is not deployed, and what to type. @param said the engine's own words, where it was asked */
export function refuseLocked(stage: string, lock: UpdateLock | undefined, nowMs: number, said = ""): Refusal {
  const verb = `npm run deploy -- ${shellWord(stage)}`;
  const place = { path: `update lock of ${stage}` };
  const expected = `nobody else at work on ${stage}`;
  if (lock === undefined) {
    const action = `wait for the other run, or where it was killed: ${verb} --break-lock`;
    return { code: "update-locked", place, found: said === "" ? "another update holds it" : said, expected, action };
  }
  const found = `held since ${ageOf(lock, nowMs)} by ${whoHolds(lock)}`;
  if (lock.alive === true)
    return {
      code: "update-running",
      place,
      found: `${found}, which runs`,
      expected,
      action: "wait until it has ended",
    };
  if (lock.alive === false) {
    const action = `${verb} --break-lock`;
    return { code: "update-locked", place, found: `${found}, which has ended: it was killed`, expected, action };
  }
  const host = lock.host === "" ? "the other machine" : lock.host;
  const action = `make sure that it does not run any more on ${host}, then: ${verb} --break-lock`;
  return { code: "update-locked", place, found, expected, action };
}

function whoHolds({ owner, host, pid }: UpdateLock): string {
  return `${owner} on ${host === "" ? "an unknown machine" : host} (process ${pid})`;
}

function ageOf({ sinceMs }: UpdateLock, nowMs: number): string {
  if (sinceMs === 0) return "an unknown time";
  const minutes = Math.max(0, Math.floor((nowMs - sinceMs) / 60_000));
  const age =
    minutes < 120 ? `${minutes} ${minutes === 1 ? "minute" : "minutes"}` : `${Math.floor(minutes / 60)} hours`;
  return `${new Date(sinceMs).toISOString()} (${age})`;
}

/**
 * Takes the lock from a run that has ended. Refused while the process of any lock provably runs: two engines over one
 * state lose what one of them wrote. Of a backend in a folder only what was looked at is removed: `pulumi cancel` takes
 * every lock, also that of a run which began meanwhile.
 */
export async function breakLock(stage: string, nowMs: number, signal: AbortSignal): Promise<Outcome<undefined>> {
  const files = await findBackendFiles(stage, signal);
  if (files.kind === "refused") return files;
  if (files.value === undefined) return cancelUpdate(stage, signal);
  const found = await readLocks(files.value.locks);
  const living = found.find(({ lock }) => lock.alive === true);
  if (living !== undefined) return refused([refuseLocked(stage, living.lock, nowMs)]);
  try {
    await Promise.all(found.map(({ file }) => rm(file, { force: true })));
    return accepted(undefined);
  } catch (error) {
    return refused([stillLocked(stage, error instanceof Error ? error.message : String(error))]);
  }
}

async function cancelUpdate(stage: string, signal: AbortSignal): Promise<Outcome<undefined>> {
  const options = { cwd: projectRoot, timeoutMs: TIMEOUT_MS, signal };
  try {
    await run("pulumi", ["cancel", "--yes", "--stack", stage, "--non-interactive", "--color", "never"], options);
    return accepted(undefined);
  } catch (error) {
    if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
    return refused([stillLocked(stage, `${error.stdout}\n${error.stderr}`.trim())]);
  }
}

function stillLocked(stage: string, said: string): Refusal {
  return {
    code: "lock-stays",
    place: { path: `update lock of ${stage}` },
    found: said,
    expected: "a lock that the engine lets go of",
    action: `pulumi cancel --stack ${shellWord(stage)}`,
  };
}
