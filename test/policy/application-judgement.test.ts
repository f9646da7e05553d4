import assert from "node:assert/strict";
import { judgeApplications } from "../../policy/application-judgement.ts";
import type { ApplicationRule } from "../../policy/application-rule.ts";
import { workloadBudget } from "../../policy/rules/workload-budget.ts";
import { unknown } from "./harness/engine-values.ts";
import { resource } from "./harness/resources.ts";
import { stageContext } from "./harness/stage-context.ts";
import { budget, deployment } from "./rules/web-service.ts";

const context = stageContext({ definition: { availability: { minReplicas: 1, disruptionBudget: true } } });
const of = (application: string, text: ReturnType<typeof budget>) => resource({ ...text, application });

describe("rules over the objects of an application", () => {
  it("see one application's objects beside each other, and no other's", () => {
    const ours = [of("appointments", deployment()), of("appointments", budget())];
    assert.deepEqual(judgeApplications([workloadBudget], ours, context), []);
    const apart = [of("appointments", deployment()), of("portal", budget())];
    const [judged, ...others] = judgeApplications([workloadBudget], apart, context);
    assert.deepEqual(others, []);
    assert.equal(judged?.resource, apart[0]);
    assert.equal(judged?.judgement.kind, "judged");
  });

  it("decide nothing of an application with a value that is unknown, and everything of the others", () => {
    const objects = [
      of("appointments", deployment({}, { replicas: unknown })),
      of("portal", deployment()),
      of("portal", budget({ maxUnavailable: 0 })),
    ];
    const kinds = judgeApplications([workloadBudget], objects, context).map(({ judgement }) => judgement.kind);
    assert.deepEqual(kinds, ["unknown", "judged"]);
  });

  it("say no where they fail", () => {
    const failing: ApplicationRule = {
      ...workloadBudget,
      check: () => {
        throw new Error("broken");
      },
    };
    const [judged] = judgeApplications([failing], [of("appointments", deployment())], context);
    assert.ok(judged?.judgement.kind === "judged");
    assert.equal(judged.judgement.violations.length, 1);
  });
});
