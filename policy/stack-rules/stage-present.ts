import type { StackRule } from "../stack-rule.ts";
import { STAGE_TYPE } from "../urn.ts";

export const stagePresent: StackRule = {
  id: "stage-present",
  title: "A stack is made by the Stage component",
  why: "What is not below it was not judged as part of a stage.",
  fix: "deploy with the project's own program: main of Pulumi.yaml is src/index.ts",
  level: "mandatory",
  exemptible: false,
  check(resources) {
    const stages = resources.filter(({ type }) => type === STAGE_TYPE);
    if (stages.length === 1) return [];
    return [{ path: "", found: `${stages.length} resources of type ${STAGE_TYPE}`, expected: "exactly one" }];
  },
};
