import { isUnknownValueError } from "./engine/unknown-values.ts";
import type { JudgedResource, Rule, Violation } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";

/** What a rule says of a resource. */
export type Judgement =
  | { readonly kind: "judged"; readonly violations: readonly Violation[] }
  /** It read a value that a preview does not know: nothing was decided. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Asks a rule. A rule that fails has decided nothing, and that is no "yes". */
export async function judge(rule: Rule, resource: JudgedResource, context: StageContext): Promise<Judgement> {
  return decide(() => rule.check(resource, context));
}

/** The same for any decision. */
export async function decide(decision: () => readonly Violation[] | Promise<readonly Violation[]>): Promise<Judgement> {
  try {
    return { kind: "judged", violations: await decision() };
  } catch (error) {
    if (isUnknownValueError(error)) return { kind: "unknown", reason: error.message };
    return { kind: "judged", violations: [failedRule(error)] };
  }
}

/** What is said of a rule that failed. */
export function failedRule(error: unknown): Violation {
  return {
    path: "",
    found: `the rule itself failed: ${error instanceof Error ? error.message : String(error)}`,
    expected: "a decision",
    action: "report this as a defect of the rule, with the object",
  };
}
