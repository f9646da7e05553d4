import assert from "node:assert/strict";
import { protectedStays } from "../../../policy/rules/protected-stays.ts";
import { withText } from "../../model/sample-stage.ts";
import { IN_APPLICATION, IN_STAGE, type ResourceText } from "../harness/resources.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, violatedPaths } from "../harness/verdict.ts";
import { deployment, migrationJob, WEB_SERVICE } from "./web-service.ts";

const context = stageContext({ stackFile: withText("replicas: 3", "replicas: 3\n      protect: true") });
const secret: ResourceText = {
  type: "kubernetes:core/v1:Secret",
  parents: IN_APPLICATION,
  props: { apiVersion: "v1", kind: "Secret", metadata: { name: "appointments-secrets" } },
};
const component: ResourceText = { type: "lockstep:index:Application", name: "appointments", props: {}, parents: [] };
const namespaceNamed = (name: string): ResourceText => ({
  type: "kubernetes:core/v1:Namespace",
  parents: IN_STAGE,
  props: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
});

describe("protected-stays", () => {
  for (const [what, text] of [
    ["the component", component],
    ["its secrets", secret],
    ["an object of its chart", deployment()],
    ["its namespace", namespaceNamed("ehealth-inttest")],
  ] as const) {
    it(`refuses ${what} of a protected application without protection`, async () => {
      assert.deepEqual(await violatedPaths(protectedStays, text, context), [""]);
      await assertPasses(protectedStays, { ...text, options: { protect: true } }, context);
    });
  }

  it("lets a version's migration go", async () => {
    await assertPasses(protectedStays, migrationJob(), context);
  });

  it("asks nothing of applications that are not protected, and of others' namespaces", async () => {
    for (const text of WEB_SERVICE) await assertPasses(protectedStays, text);
    await assertPasses(protectedStays, { ...deployment(), application: "portal" }, context);
    await assertPasses(protectedStays, namespaceNamed("platform-inttest"), context);
  });
});
