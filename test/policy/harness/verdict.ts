import assert from "node:assert/strict";
import { judge } from "../../../policy/judgement.ts";
import type { Rule, Violation } from "../../../policy/rule.ts";
import type { StageContext } from "../../../policy/stage-context.ts";
import { resource, type ResourceText } from "./resources.ts";
import { stageContext } from "./stage-context.ts";

/** What a rule has against a resource. @throws where a value that it needs is unknown */
export async function violations(
  rule: Rule,
  text: ResourceText,
  context: StageContext = stageContext(),
): Promise<readonly Violation[]> {
  const judgement = await judge(rule, resource(text), context);
  assert.ok(judgement.kind === "judged", JSON.stringify(judgement));
  return judgement.violations;
}

/** The paths of what a rule has against a resource, sorted; empty where it passes. */
export async function violatedPaths(rule: Rule, text: ResourceText, context?: StageContext): Promise<string[]> {
  return (await violations(rule, text, context)).map(({ path }) => path).toSorted();
}

export async function assertPasses(rule: Rule, text: ResourceText, context?: StageContext): Promise<void> {
  assert.deepEqual(await violations(rule, text, context), []);
}

/** That a rule reads a value that a preview does not know: the engine then lets the run go on, with a warning. */
export async function assertUndecided(rule: Rule, text: ResourceText, context = stageContext()): Promise<void> {
  assert.equal((await judge(rule, resource(text), context)).kind, "unknown");
}

/** That a rule has something against each of these places, and against no other. */
export async function assertViolates(
  rule: Rule,
  text: ResourceText,
  paths: readonly string[],
  context?: StageContext,
): Promise<void> {
  assert.ok(paths.length > 0, "a place");
  assert.deepEqual(await violatedPaths(rule, text, context), [...paths].toSorted());
}
