import { renderRefusals } from "../src/model/refusal.ts";
import type { RuleText, Violation } from "./rule.ts";

/** A violation as people read it: which rule, where, what was found, what was expected, what to do. */
export function renderViolation(rule: Pick<RuleText, "id" | "fix">, object: string, violation: Violation): string {
  const { path, found, expected, action = rule.fix } = violation;
  return renderRefusals([
    {
      code: rule.id,
      place: { path: `${rule.id}: ${[object, path].filter((part) => part !== "").join(" ")}` },
      found,
      expected,
      action,
    },
  ]);
}
