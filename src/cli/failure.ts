import { ProcessError } from "../adapters/processes.ts";
import { RefusalError, type Refusal } from "../model/refusal.ts";

const INTERRUPTED = 130;

/**
 * Says on standard error why a verb ended.
 * @param json refusals are written to standard output as well, as `{ refusals }`
 * @returns the process's exit code
 */
export function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof RefusalError) {
    process.stderr.write(`${error.message}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ refusals: error.refusals }, undefined, 2)}\n`);
    return error.exitCode;
  }
  if (isInterruption(error)) {
    process.stderr.write("interrupted\n");
    return INTERRUPTED;
  }
  if (error instanceof ProcessError && error.code === "not-found")
    return reportFailure(new RefusalError([missingProgram(error)]), json);
  const text = error instanceof Error ? error.message : String(error);
  const details = error instanceof ProcessError && error.stderr !== "" ? `\n${error.stderr.trimEnd()}` : "";
  process.stderr.write(`lockstep: ${text}${details}\n`);
  if (process.env["LOCKSTEP_DEBUG"] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  return 1;
}

function missingProgram({ message }: ProcessError): Refusal {
  const [program = ""] = message.split(":");
  return {
    code: "missing-program",
    place: { path: "PATH" },
    found: `no ${program}`,
    expected: `${program}, which this needs`,
    action: `install ${program}; in the sandbox: source .sandbox/env`,
  };
}

function isInterruption(error: unknown): boolean {
  if (error instanceof ProcessError) return error.code === "cancelled";
  return error instanceof Error && (error.name === "AbortError" || error.name === "ExitPromptError");
}
