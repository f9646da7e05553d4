import { renderRefusals } from "../../model/refusal.ts";
import { checkTitles, type CheckResult } from "./check-result.ts";

const MARKS = { passed: "ok", failed: "NO", skipped: "--" } as const;

/** For people: grouped by stage, every reason, and at the end what it comes to. */
export function renderReport(results: readonly CheckResult[]): string {
  const stages = [...new Set(results.map(({ stage }) => stage))];
  const groups = stages.map((stage) => {
    const lines = results.filter((result) => result.stage === stage).map(renderResult);
    return [stage ?? "project", ...lines].join("\n");
  });
  return [...groups, summaryOf(results)].join("\n\n");
}

/** One line, such as `ok  inttest: coverage by statements`. */
export function renderHead({ stage, check, outcome }: CheckResult): string {
  return `${MARKS[outcome]}  ${stage === undefined ? "" : `${stage}: `}${checkTitles[check]}`;
}

function renderResult(result: CheckResult): string {
  const { check, outcome, refusals, advice, notes } = result;
  const blocks = [
    ...notes.map((note) => `      ${note}`),
    ...(refusals.length === 0 ? [] : ["", indent(renderRefusals(refusals)), ""]),
    ...(advice.length === 0 ? [] : ["      advice, which stops nothing:", indent(renderRefusals(advice)), ""]),
  ];
  return [`  ${MARKS[outcome]}  ${checkTitles[check]}`, ...blocks].join("\n").trimEnd();
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "      ");
}

function summaryOf(results: readonly CheckResult[]): string {
  const refusals = results.reduce((sum, result) => sum + result.refusals.length, 0);
  const skips = results.filter(({ outcome }) => outcome === "skipped").length;
  const found = refusals === 0 ? "nothing found" : `${refusals} ${refusals === 1 ? "violation" : "violations"}`;
  return skips === 0 ? found : `${found}; ${skips} of ${results.length} checks could not be made`;
}
