import { execa, ExecaError } from "execa";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds; the process is ended when they have passed. */
  readonly timeoutMs?: number;
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

/**
 * Runs a program to its end, without a shell and without standard input unless `input` is given.
 * @throws ProcessError where it does not end with exit code 0
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, cwd, env, input, onLine } = options;
  try {
    const child = execa(file, args, {
      timeout: timeoutMs,
      stripFinalNewline: false,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      ...(signal === undefined ? {} : { cancelSignal: signal }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(onLine === undefined ? {} : { all: true as const }),
    });
    if (onLine !== undefined) {
      for await (const line of child.iterable({ from: "all" })) onLine(line);
    }
    const { exitCode, stdout, stderr } = await child;
    return { exitCode: exitCode ?? 0, stdout, stderr };
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
  const code = failureCode(error);
  return new ProcessError(code, `${file}: ${error.shortMessage}`, result, { cause: error });
}

function failureCode(error: ExecaError): ProcessFailureCode {
  if (error.timedOut) return "timed-out";
  if (error.isCanceled) return "cancelled";
  if (error.code === "ENOENT") return "not-found";
  return "failed";
}
