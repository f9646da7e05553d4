import type { DeployResult } from "./deploy-stage.ts";

const CODES: Readonly<Record<DeployResult["ended"], number | undefined>> = {
  nothing: 0,
  deployed: 0,
  // Whoever said "no" gets what the question sets.
  planned: undefined,
  "rolled-back": 1,
  failed: 1,
  interrupted: 130,
};

/** The process's exit code; undefined where another one has set it. */
export function exitCodeOf(ended: DeployResult["ended"]): number | undefined {
  return CODES[ended];
}
