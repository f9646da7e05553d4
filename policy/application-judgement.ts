import type { ApplicationRule, ObjectViolation } from "./application-rule.ts";
import { isUnknownValueError } from "./engine/unknown-values.ts";
import { failedRule, type Judgement } from "./judgement.ts";
import type { JudgedResource } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";
import { applicationOf } from "./urn.ts";

/** What a rule over an application says of one of its objects. */
export interface ObjectJudgement {
  readonly rule: ApplicationRule;
  readonly resource: JudgedResource;
  readonly judgement: Judgement;
}

/**
 * Asks rules over the objects of each application, of everything that is in the stack at the end of a run. Objects that
 * belong to no application are judged together.
 */
export function judgeApplications(
  rules: readonly ApplicationRule[],
  resources: readonly JudgedResource[],
  context: StageContext,
): readonly ObjectJudgement[] {
  const applications = Map.groupBy(resources, applicationOf);
  return [...applications.values()].flatMap((objects) =>
    rules.flatMap((rule) => judgeApplication(rule, objects, context)),
  );
}

/** A rule that fails has decided nothing, and that is no "yes": it is told of the application's first object. */
function judgeApplication(
  rule: ApplicationRule,
  objects: readonly JudgedResource[],
  context: StageContext,
): readonly ObjectJudgement[] {
  const [first] = objects;
  if (first === undefined) return [];
  try {
    const byObject = Map.groupBy(rule.check(objects, context), ({ resource }: ObjectViolation) => resource);
    return [...byObject].map(([resource, violations]) => ({
      rule,
      resource,
      judgement: { kind: "judged", violations },
    }));
  } catch (error) {
    if (isUnknownValueError(error))
      return [{ rule, resource: first, judgement: { kind: "unknown", reason: error.message } }];
    return [{ rule, resource: first, judgement: { kind: "judged", violations: [failedRule(error)] } }];
  }
}
