import { shownVersions, type ShownVersion } from "../../../src/cli/promote/shown-version.ts";
import type { CommitsBetween } from "../../../src/adapters/commits-between.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Transition } from "../../../src/model/statements/statement.ts";
import { applied, HOUR, plan, SOURCE } from "../../delivery/promotion/sample-promotion.ts";
import { statesOf, T0 } from "../../delivery/coverage/sample-court.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { valueOf } from "../../model/trust/sample-trust.ts";

export const NOW = T0 + 24 * HOUR;
export const DAY = 24 * HOUR;

const DATED = withText(
  "      schema: { supports: { min: 12, max: 14 }, migratesTo: 14 }",
  [
    '      revision: "4f2c9d4f2c9d4f2c9d4f2c9d"',
    `      created: "${new Date(NOW - 12 * DAY).toISOString()}"`,
    "      schema: { supports: { min: 12, max: 15 }, migratesTo: 15 }",
  ].join("\n"),
  withText("LOG_LEVEL: debug", "LOG_LEVEL: warn", SOURCE),
);

export const samplePlan = valueOf(plan({ source: DATED, acceptDowntime: true }));

/** @param target what lies in the target before it; it may be edited by hand */
function transitionsFrom(target: string): ReadonlyMap<string, Transition> {
  const [before, after] = [statesOf(STACK_FILE), statesOf(applied(samplePlan, target))];
  return new Map(
    samplePlan.applications.map(({ name }) => [
      name,
      { before: before.get(name), after: after.get(name), previous: digestOf("before") },
    ]),
  );
}

export const COMMITS: CommitsBetween = { count: 14, subjects: ["Mend the calendar", "Say it in Polish"], dropped: 0 };

export function sampleVersions(target = STACK_FILE, commits: CommitsBetween = COMMITS): readonly ShownVersion[] {
  const evidence = { commits: new Map([["appointments", commits]]), proven: new Map() };
  return shownVersions(samplePlan.applications, evidence, { transitions: transitionsFrom(target) }).map((one) => ({
    ...one,
    soak: one.name === "portal" ? { sinceMs: NOW - 3 * DAY, because: "version" } : undefined,
  }));
}
