import type { CheckResult } from "../../../src/cli/check/check-result.ts";
import type { Refusal } from "../../../src/model/refusal.ts";

/** What a stranger may have written somewhere. */
export const HOSTILE = 'a\u001b[2Jb]]>&<"\u202e';

export const refusal: Refusal = {
  code: "image-known",
  place: { file: "Pulumi.prod.yaml", line: 14, column: 7, path: "Deployment/portal" },
  found: HOSTILE,
  expected: "a pin of this stage",
  action: "pin it",
};

export const passed: CheckResult = {
  stage: undefined,
  check: "trust",
  outcome: "passed",
  refusals: [],
  advice: [],
  notes: ["a note"],
  durationMs: 12.3,
};

export const failed: CheckResult = {
  ...passed,
  stage: "prod",
  check: "policy",
  outcome: "failed",
  refusals: [refusal],
};
export const skipped: CheckResult = { ...passed, stage: "prod", check: "coverage", outcome: "skipped" };

/** What steers a terminal, or hides. */
export const STEERING = /[[\p{Cc}\p{Cf}]--[\n]]/v;
