import assert from "node:assert/strict";
import { workloadBudget } from "../../../policy/rules/workload-budget.ts";
import { resource, type ResourceText } from "../harness/resources.ts";
import { stageContext } from "../harness/stage-context.ts";
import { budget, deployment, object, WEB_SERVICE } from "./web-service.ts";

const asking = stageContext({ definition: { availability: { minReplicas: 2, disruptionBudget: true } } });

/** `<Kind> <path>` of every violation. */
function violated(texts: readonly ResourceText[], context = asking): string[] {
  return workloadBudget
    .check(texts.map(resource), context)
    .map((violation) => `${String(violation.resource.props["kind"])} ${violation.path}`);
}

function autoscaler(spec: object): ResourceText {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "appointments" };
  return object("autoscaling/v2", "HorizontalPodAutoscaler", { scaleTargetRef, ...spec });
}

const unsaid = deployment({}, { replicas: undefined });

describe("workload-budget", () => {
  it("passes the sample chart", () => {
    assert.deepEqual(violated(WEB_SERVICE), []);
  });

  it("refuses several replicas without a budget", () => {
    assert.deepEqual(violated([deployment()]), ["Deployment "]);
  });

  it("asks for no budget where the stage does not, and for none of a single replica", () => {
    assert.deepEqual(violated([deployment()], stageContext()), []);
    assert.deepEqual(violated([deployment({}, { replicas: 1 })]), []);
  });

  const elsewhere = budget();
  for (const [what, other] of [
    ["selects other pods", budget({ selector: { matchLabels: { "app.kubernetes.io/name": "portal" } } })],
    ["selects nothing", budget({ selector: undefined })],
    [
      "is in another namespace",
      { ...elsewhere, props: { ...elsewhere.props, metadata: { name: "appointments", namespace: "other" } } },
    ],
    [
      "asks for a label that the pods have not",
      budget({ selector: { matchExpressions: [{ key: "zone", operator: "Exists" }] } }),
    ],
  ] as const) {
    it(`does not count a budget that ${what}`, () => {
      assert.deepEqual(violated([deployment(), other]), ["Deployment "]);
    });
  }

  it("reads selectors by expressions", () => {
    const key = "app.kubernetes.io/component";
    const matchExpressions = [
      { key, operator: "In", values: ["server", "worker"] },
      { key, operator: "NotIn", values: ["cache"] },
      { key: "zone", operator: "DoesNotExist" },
    ];
    assert.deepEqual(violated([deployment(), budget({ selector: { matchExpressions } })]), []);
  });

  for (const [spec, path] of [
    [{ maxUnavailable: 0 }, "spec.maxUnavailable"],
    [{ maxUnavailable: "0%" }, "spec.maxUnavailable"],
    [{ maxUnavailable: undefined, minAvailable: 3 }, "spec.minAvailable"],
    [{ maxUnavailable: undefined, minAvailable: "100%" }, "spec.minAvailable"],
    [{ maxUnavailable: undefined, minAvailable: "67%" }, "spec.minAvailable"],
  ] as const) {
    it(`refuses a budget that allows no eviction of three replicas: ${JSON.stringify(spec)}`, () => {
      assert.deepEqual(violated([deployment(), budget(spec)]), [`PodDisruptionBudget ${path}`]);
      assert.deepEqual(violated([deployment(), budget(spec)], stageContext()), [`PodDisruptionBudget ${path}`]);
    });
  }

  for (const spec of [{ maxUnavailable: "1%" }, { maxUnavailable: undefined, minAvailable: "66%" }]) {
    it(`passes a budget that allows one: ${JSON.stringify(spec)}`, () => {
      assert.deepEqual(violated([deployment(), budget(spec)]), []);
    });
  }

  it("refuses a workload that leaves its number to an autoscaler that is not there", () => {
    assert.deepEqual(violated([unsaid, budget()]), ["Deployment spec.replicas"]);
    assert.deepEqual(violated([unsaid, budget(), autoscaler({ minReplicas: 2 })]), []);
  });

  it("counts the autoscaler's least number for the budget", () => {
    assert.deepEqual(violated([unsaid, autoscaler({ minReplicas: 2 })]), ["Deployment "]);
    const tight = budget({ maxUnavailable: undefined, minAvailable: 2 });
    assert.deepEqual(violated([unsaid, autoscaler({ minReplicas: 3 }), tight]), []);
    assert.deepEqual(violated([unsaid, autoscaler({ minReplicas: 2 }), tight]), [
      "PodDisruptionBudget spec.minAvailable",
    ]);
  });
});
