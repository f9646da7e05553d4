import { workloadProbes } from "../../../policy/rules/workload-probes.ts";
import assert from "node:assert/strict";
import { object } from "./web-service.ts";
import { assertPasses, violatedPaths } from "../harness/verdict.ts";
import { assertUndecided } from "../harness/verdict.ts";
import { unknown } from "../harness/engine-values.ts";
import { CONTAINER, container, deployment, migrationJob, POD, WEB_SERVICE } from "./web-service.ts";

const AT = "spec.template.spec.containers[0]";

describe("workload-probes", () => {
  it("passes every object of the sample chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(workloadProbes, text);
  });

  it("names each probe that is missing", async () => {
    assert.deepEqual(await violatedPaths(workloadProbes, container({ readinessProbe: null })), [
      `${AT}.readinessProbe`,
    ]);
    const without = container({ readinessProbe: undefined, livenessProbe: undefined });
    assert.deepEqual(await violatedPaths(workloadProbes, without), [`${AT}.livenessProbe`, `${AT}.readinessProbe`]);
  });

  it("takes a probe that does nothing for none", async () => {
    const idle = container({ livenessProbe: { periodSeconds: 5 } });
    assert.deepEqual(await violatedPaths(workloadProbes, idle), [`${AT}.livenessProbe`]);
  });

  it("asks every ordinary container", async () => {
    const text = deployment({ containers: [CONTAINER, { ...CONTAINER, livenessProbe: null }] });
    assert.deepEqual(await violatedPaths(workloadProbes, text), ["spec.template.spec.containers[1].livenessProbe"]);
  });

  it("asks a sidecar whether it lives, and not whether it is ready", async () => {
    const sidecar = { name: "proxy", restartPolicy: "Always" };
    const text = deployment({ initContainers: [sidecar] });
    assert.deepEqual(await violatedPaths(workloadProbes, text), ["spec.template.spec.initContainers[0].livenessProbe"]);
  });

  it("asks nothing of containers that end", async () => {
    await assertPasses(workloadProbes, deployment({ initContainers: [{ name: "wait" }] }));
    await assertPasses(workloadProbes, migrationJob());
  });

  for (const [apiVersion, kind] of [
    ["apps/v1", "StatefulSet"],
    ["apps/v1", "DaemonSet"],
    ["apps/v1", "ReplicaSet"],
    ["v1", "ReplicationController"],
    ["argoproj.io/v1alpha1", "Rollout"],
    ["batch.example.com/v1", "Job"],
  ] as const) {
    it(`asks ${apiVersion} ${kind}`, async () => {
      const bare = { ...POD, containers: [{ ...CONTAINER, livenessProbe: null }] };
      const text = object(apiVersion, kind, { template: { spec: bare } });
      assert.deepEqual(await violatedPaths(workloadProbes, text), [`${AT}.livenessProbe`]);
    });
  }

  it("asks a bare Pod", async () => {
    const text = object("v1", "Pod", { ...POD, containers: [{ ...CONTAINER, readinessProbe: null }] });
    assert.deepEqual(await violatedPaths(workloadProbes, text), ["spec.containers[0].readinessProbe"]);
  });

  it("decides nothing while a probe is unknown", async () => {
    await assertUndecided(workloadProbes, container({ livenessProbe: unknown }));
  });
});
