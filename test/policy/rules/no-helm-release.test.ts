import assert from "node:assert/strict";
import { noHelmRelease } from "../../../policy/rules/no-helm-release.ts";
import { assertPasses, violations } from "../harness/verdict.ts";
import { WEB_SERVICE } from "./web-service.ts";

describe("no-helm-release", () => {
  it("passes every object of the sample chart, and the chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(noHelmRelease, text);
    await assertPasses(noHelmRelease, { type: "kubernetes:helm.sh/v4:Chart", props: {} });
    await assertPasses(noHelmRelease, { type: "kubernetes:argoproj.io/v1alpha1:Rollout", props: {} });
  });

  for (const type of [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v2:Chart",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:kustomize:Directory",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
    "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization",
    "kubernetes:argoproj.io/v1alpha1:ApplicationSet",
    "kubernetes:apps/v1:DeploymentPatch",
    "kubernetes:apps/v1:DeploymentList",
  ]) {
    it(`refuses ${type}`, async () => {
      assert.equal((await violations(noHelmRelease, { type, props: {} })).length, 1);
    });
  }
});
