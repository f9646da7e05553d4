import type { Refusal } from "../../model/refusal.ts";

/** What is looked at. */
export type CheckName = "history" | "trust" | "files" | "coverage" | "policy";

/** In the order in which people read them. */
export const checkTitles: Readonly<Record<CheckName, string>> = {
  history: "statements and roots against the base branch",
  trust: "the trust folder",
  files: "the stage's files",
  coverage: "coverage by statements",
  policy: "the policy pack on the rendered charts",
};

/** One thing that was looked at, for one stage or for the project. */
export interface CheckResult {
  /** Undefined: the project. */
  readonly stage: string | undefined;
  readonly check: CheckName;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly refusals: readonly Refusal[];
  /** What an advisory rule says. */
  readonly advice: readonly Refusal[];
  /** What people should know of it: what was looked at, what could not be. */
  readonly notes: readonly string[];
  readonly durationMs: number;
}

export type Findings = Pick<CheckResult, "refusals"> & Partial<Pick<CheckResult, "advice" | "notes">>;

/** Looks, and takes the time. */
export async function timed(
  check: CheckName,
  stage: string | undefined,
  look: () => Promise<Findings>,
): Promise<CheckResult> {
  const began = performance.now();
  const { refusals, advice = [], notes = [] } = await look();
  const outcome = refusals.length > 0 ? "failed" : "passed";
  return { stage, check, outcome, refusals, advice, notes, durationMs: performance.now() - began };
}

export function skipped(check: CheckName, stage: string | undefined, why: string): CheckResult {
  return { stage, check, outcome: "skipped", refusals: [], advice: [], notes: [why], durationMs: 0 };
}

/** 1: something was found. 2: files that cannot be read at all. */
export function exitCodeOf(results: readonly CheckResult[]): 0 | 1 | 2 {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return 0;
  return failed.some(({ check }) => check === "files") ? 2 : 1;
}
