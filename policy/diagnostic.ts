import { setAside, undecided } from "../src/delivery/policy-wording.ts";
import type { ExemptionRecord } from "./exemption.ts";
import type { Judgement } from "./judgement.ts";
import type { JudgedResource, RuleText, Violation } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import { objectName } from "./urn.ts";
import { renderViolation } from "./violation-text.ts";

/** What the pack tells the engine about one resource. */
export interface Diagnostic {
  /** The rule's id. */
  readonly policy: string;
  readonly level: "mandatory" | "advisory";
  readonly description: string;
  readonly message: string;
  /** Only where it is not the resource that was asked about. */
  readonly urn?: string;
}

/** What some rule says of some resource. */
export interface RuleJudgement {
  readonly rule: RuleText;
  readonly resource: JudgedResource;
  readonly judgement: Judgement;
}

/** For the engine: an unknown value is its business, and an exemption that counts makes advice of a violation. */
export function describeJudgement(
  { rule, resource, judgement }: RuleJudgement,
  exemptions: ExemptionRecord,
  context: StageContext,
): readonly Diagnostic[] {
  if (judgement.kind === "unknown") {
    const message = undecided(rule.id, judgement.reason);
    return [{ policy: rule.id, level: "advisory", description: rule.title, message }];
  }
  if (judgement.violations.length === 0) return [];
  const object = nameOf(resource);
  const diagnostics = judgement.violations.map((violation) => toDiagnostic(rule, object, violation));
  const exemption = exemptions.find(rule, resource, context);
  if (exemption === undefined) return diagnostics;
  exemptions.use(exemption);
  const note = setAside(exemption.expiresMs, exemption.reason, exemption.owner);
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    level: "advisory",
    message: `${note}\n${diagnostic.message}`,
  }));
}

/** @param object its name for people; empty for the stack */
export function toDiagnostic(rule: RuleText, object: string, violation: Violation): Diagnostic {
  return {
    policy: rule.id,
    level: rule.level,
    description: rule.title,
    message: renderViolation(rule, object, violation),
  };
}

function nameOf(resource: JudgedResource): string {
  // Even a name may be unknown; the rules have said what they say.
  try {
    return objectName(resource);
  } catch {
    return resource.name;
  }
}
