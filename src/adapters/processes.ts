import { execa, execaSync, ExecaError, type ResultPromise } from "execa";
import { hasGroups, ProcessGroup, settledWithin } from "./process-group.ts";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `env` is all there is. @default false */
  readonly envAlone?: boolean;
  readonly input?: string | Uint8Array;
  /** Ends the process as Ctrl-C would, and kills it where it then takes longer than `graceMs`. */
  readonly signal?: AbortSignal;
  /** How long a process that `signal` ends may tidy up, in milliseconds. @default 15 000 */
  readonly graceMs?: number;
  /** Called before the process gets its first signal from here, synchronously: to see how it stands until then. */
  readonly beforeSignal?: () => void;
  /** Milliseconds; the process is ended when they have passed. @default 120 000 */
  readonly timeoutMs?: number;
  /** Of standard output and of standard error, in characters; a program that says more is ended. @default 100 000 000 */
  readonly maxOutput?: number;
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type ProcessFailureCode = "not-found" | "failed" | "timed-out" | "cancelled";

/** A process that could not be started, ended with another exit code than 0, or was ended by us. */
export class ProcessError extends Error {
  readonly code: ProcessFailureCode;
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(code: ProcessFailureCode, message: string, result: Partial<ProcessResult>, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProcessError";
    this.code = code;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout ?? "";
    this.stderr = result.stderr ?? "";
  }
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** How long reading what a killed program said may take. */
const LAST_WORDS_MS = 500;

const MAX_AT_ONCE = 128 * 1024 * 1024;

interface Ending {
  readonly code: "timed-out" | "cancelled";
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

const TIMED_OUT: Ending = { code: "timed-out", signal: "SIGTERM", graceMs: 2_000 };
/** pulumi finishes what it has begun, and writes its state. */
const CANCELLED: Ending = { code: "cancelled", signal: "SIGINT", graceMs: 15_000 };

/**
 * Runs a program to its end, without a shell and without standard input unless `input` is given. Where it is ended,
 * its descendants are too, and nobody waits for who holds its pipes.
 * @throws ProcessError where it does not end with exit code 0
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, graceMs = CANCELLED.graceMs, signal } = options;
  if (signal?.aborted === true) throw new ProcessError("cancelled", `${file}: cancelled before it began`, {});
  const child = start(file, args, options);
  const output = outputOf(file, child, options.onLine);
  const group = new ProcessGroup(child, options.beforeSignal);
  const ended = Promise.withResolvers<Ending>();
  const timer = setTimeout(ended.resolve, timeoutMs, TIMED_OUT);
  const onAbort = (): void => {
    ended.resolve({ ...CANCELLED, graceMs });
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const first = await Promise.race([output, ended.promise]);
    if ("stdout" in first) return first;
    await group.end(first.signal, first.graceMs, output);
    const said = output.catch((error: unknown) => (error instanceof ProcessError ? resultOf(error) : {}));
    const why = first.code === "timed-out" ? `no end within ${timeoutMs} ms` : "cancelled";
    throw new ProcessError(first.code, `${file}: ${why}`, (await settledWithin(said, LAST_WORDS_MS)) ?? {});
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    group.release();
  }
}

/**
 * Runs a program while everything else in this process waits: for what must be known before a signal is passed on.
 * @returns what it said; undefined where it failed, or took longer
 */
export function runAtOnce(
  file: string,
  args: readonly string[],
  { cwd, timeoutMs }: { readonly cwd: string; readonly timeoutMs: number },
): string | undefined {
  const options = { cwd, timeout: timeoutMs, stdin: "ignore", stderr: "ignore", reject: false } as const;
  const { failed, stdout } = execaSync(file, args, { ...options, maxBuffer: MAX_AT_ONCE });
  return failed ? undefined : stdout;
}

function start(
  file: string,
  args: readonly string[],
  { cwd, env, envAlone = false, input, maxOutput, onLine }: RunOptions,
): ResultPromise {
  return execa(file, args, {
    stripFinalNewline: false,
    detached: hasGroups,
    extendEnv: !envAlone,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(maxOutput === undefined ? {} : { maxBuffer: maxOutput }),
    ...(onLine === undefined ? {} : { all: true as const }),
  });
}

/** @throws ProcessError */
async function outputOf(file: string, child: ResultPromise, onLine: RunOptions["onLine"]): Promise<ProcessResult> {
  try {
    if (onLine !== undefined) {
      for await (const line of child.iterable({ from: "all" })) onLine(String(line));
    }
    const { exitCode, stdout, stderr } = await child;
    return { exitCode: exitCode ?? 0, stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
  } catch (error) {
    throw error instanceof ExecaError ? toProcessError(file, error as ExecaError) : error;
  }
}

function toProcessError(file: string, error: ExecaError): ProcessError {
  const result = {
    ...(error.exitCode === undefined ? {} : { exitCode: error.exitCode }),
    stdout: String(error.stdout ?? ""),
    stderr: String(error.stderr ?? ""),
  };
  const code = error.code === "ENOENT" ? "not-found" : "failed";
  return new ProcessError(code, `${file}: ${error.shortMessage}`, result, { cause: error });
}

function resultOf({ exitCode, stdout, stderr }: ProcessError): Partial<ProcessResult> {
  return { ...(exitCode === undefined ? {} : { exitCode }), stdout, stderr };
}
