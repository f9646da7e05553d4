import junit, { type Builder } from "junit-report-builder";
import { renderRefusals } from "../../model/refusal.ts";
import { checkTitles, type CheckResult } from "./check-result.ts";

// Its types speak of a module with a default export; what Node gets is the builder itself.
const reports = junit as unknown as Builder;

/** JUnit's XML, as CI systems read it: a test case per stage and check. */
export function toJunit(results: readonly CheckResult[]): string {
  const report = reports.newBuilder().name("lockstep check");
  for (const stage of new Set(results.map((result) => result.stage))) {
    const suite = report.testSuite().name(stage ?? "project");
    for (const { check, outcome, refusals, notes, durationMs } of results.filter((result) => result.stage === stage)) {
      const test = suite
        .testCase()
        .className(`lockstep.${stage ?? "project"}`)
        .name(checkTitles[check])
        .time(Math.round(durationMs) / 1000);
      if (outcome === "skipped") test.skipped();
      if (outcome === "failed") {
        const codes = [...new Set(refusals.map(({ code }) => code))].join(", ");
        test.failure(`${refusals.length}: ${codes}`, check).stacktrace(renderRefusals(refusals));
      }
      if (notes.length > 0) test.standardOutput(notes.join("\n"));
    }
  }
  return report.build();
}
