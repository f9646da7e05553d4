import assert from "node:assert/strict";
import { noSkippedAwait } from "../../../policy/rules/no-skipped-await.ts";
import { assertPasses, violatedPaths } from "../harness/verdict.ts";
import { ingress, object, service, WEB_SERVICE } from "./web-service.ts";

const annotated = (name: string, value: string, apiVersion = "apps/v1", kind = "Deployment") =>
  object(apiVersion, kind, {}, { [`pulumi.com/${name}`]: value });
const at = (name: string) => [`metadata.annotations["pulumi.com/${name}"]`];

describe("no-skipped-await", () => {
  it("passes every object of the sample chart, whose Service and Ingress are not waited for", async () => {
    for (const text of WEB_SERVICE) await assertPasses(noSkippedAwait, text);
    await assertPasses(noSkippedAwait, service());
    await assertPasses(noSkippedAwait, ingress("a.example.com"));
  });

  for (const [apiVersion, kind] of [
    ["apps/v1", "Deployment"],
    ["apps/v1", "StatefulSet"],
    ["batch/v1", "Job"],
    ["v1", "Pod"],
    ["v1", "PersistentVolumeClaim"],
    ["argoproj.io/v1alpha1", "Rollout"],
    ["serving.knative.dev/v1", "Service"],
  ] as const) {
    it(`refuses a ${kind} of ${apiVersion} that nobody waits for`, async () => {
      const text = annotated("skipAwait", "true", apiVersion, kind);
      assert.deepEqual(await violatedPaths(noSkippedAwait, text), at("skipAwait"));
    });
  }

  it("passes the annotation that says no", async () => {
    await assertPasses(noSkippedAwait, annotated("skipAwait", "false"));
  });

  it("refuses a wait of the author's own where the provider has one, and passes it elsewhere", async () => {
    const ready = "condition=Ready";
    assert.deepEqual(await violatedPaths(noSkippedAwait, annotated("waitFor", ready)), at("waitFor"));
    await assertPasses(noSkippedAwait, annotated("waitFor", ready, "argoproj.io/v1alpha1", "Rollout"));
  });

  for (const value of ["0", "-1", "soon"]) {
    it(`refuses a timeout of ${value}`, async () => {
      assert.deepEqual(await violatedPaths(noSkippedAwait, annotated("timeoutSeconds", value)), at("timeoutSeconds"));
    });
  }

  it("passes a timeout that is one", async () => {
    await assertPasses(noSkippedAwait, annotated("timeoutSeconds", "120"));
  });

  it("refuses to leave pods behind on deletion", async () => {
    const name = "deletionPropagationPolicy";
    assert.deepEqual(await violatedPaths(noSkippedAwait, annotated(name, "Orphan")), at(name));
    await assertPasses(noSkippedAwait, annotated(name, "background"));
  });

  it("refuses a chart of which nothing is waited for", async () => {
    const chart = (skipAwait?: boolean) => ({
      type: "kubernetes:helm.sh/v4:Chart",
      props: { chart: "a.tgz", skipAwait },
    });
    await assertPasses(noSkippedAwait, chart());
    await assertPasses(noSkippedAwait, chart(false));
    assert.deepEqual(await violatedPaths(noSkippedAwait, chart(true)), ["skipAwait"]);
  });
});
