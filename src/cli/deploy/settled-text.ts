import type { SettledOperation } from "../../adapters/engine-run/settle-pending.ts";
import { nameOfUrn } from "../../model/urn.ts";

const OUTCOMES: Readonly<Record<SettledOperation["outcome"], string>> = {
  "taken-over": "it is in the cluster, and the stack knows of it now",
  cleared: "it was never made; a deploy makes it where it is still wanted",
  "looked-at": "the stack knows it again as it is in the cluster now",
};

/** What became of what a killed run had left, a line each. */
export function settledLines(settled: readonly SettledOperation[]): readonly string[] {
  return settled.map(({ urn, operation, outcome }) => {
    return `  ${nameOfUrn(urn)} (${operation}): ${OUTCOMES[outcome]}`;
  });
}
