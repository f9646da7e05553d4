import assert from "node:assert/strict";
import { workloadAvailable } from "../../../policy/rules/workload-available.ts";
import { unknown } from "../harness/engine-values.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertUndecided, violatedPaths } from "../harness/verdict.ts";
import { deployment, object, WEB_SERVICE } from "./web-service.ts";

const context = stageContext({ definition: { availability: { minReplicas: 2, disruptionBudget: true } } });

describe("workload-available", () => {
  it("passes every object of the sample chart, which has three replicas", async () => {
    for (const text of WEB_SERVICE) await assertPasses(workloadAvailable, text, context);
  });

  it("refuses fewer replicas than the stage asks for", async () => {
    for (const replicas of [1, 0, "3"]) {
      assert.deepEqual(await violatedPaths(workloadAvailable, deployment({}, { replicas }), context), [
        "spec.replicas",
      ]);
    }
  });

  it("asks nothing where the stage asks for nothing", async () => {
    await assertPasses(workloadAvailable, deployment({}, { replicas: 1 }));
  });

  for (const [apiVersion, kind] of [
    ["apps/v1", "StatefulSet"],
    ["apps/v1", "ReplicaSet"],
    ["v1", "ReplicationController"],
    ["argoproj.io/v1alpha1", "Rollout"],
  ] as const) {
    it(`asks a ${kind}`, async () => {
      const text = object(apiVersion, kind, { replicas: 1 });
      assert.deepEqual(await violatedPaths(workloadAvailable, text, context), ["spec.replicas"]);
    });
  }

  it("asks a DaemonSet and a Job for nothing", async () => {
    await assertPasses(workloadAvailable, object("apps/v1", "DaemonSet", {}), context);
    await assertPasses(workloadAvailable, object("batch/v1", "Job", { parallelism: 1 }), context);
  });

  it("counts the least number of an autoscaler, which is 1 where it names none", async () => {
    for (const [minReplicas, paths] of [
      [2, []],
      [1, ["spec.minReplicas"]],
      [undefined, ["spec.minReplicas"]],
    ] as const) {
      const text = object("autoscaling/v2", "HorizontalPodAutoscaler", { minReplicas });
      assert.deepEqual(await violatedPaths(workloadAvailable, text, context), paths);
    }
  });

  it("leaves a workload without a number to the autoscaler, which workload-budget looks for", async () => {
    await assertPasses(workloadAvailable, deployment({}, { replicas: undefined }), context);
  });

  it("decides nothing while the number is unknown", async () => {
    await assertUndecided(workloadAvailable, deployment({}, { replicas: unknown }), context);
  });
});
