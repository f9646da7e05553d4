import type { JudgedResource, RuleText, Violation } from "./rule.ts";
import type { StageContext } from "./stage-context.ts";

/** Why one of an application's objects may not be as it is beside the others. */
export interface ObjectViolation extends Violation {
  readonly resource: JudgedResource;
}

/**
 * A function over all objects of one application, for what no object says alone. The engine asks at the end of a
 * preview or an update, and not at all after a failure: nothing that has to be stopped may wait for it.
 */
export interface ApplicationRule extends RuleText {
  readonly check: (objects: readonly JudgedResource[], context: StageContext) => readonly ObjectViolation[];
}
