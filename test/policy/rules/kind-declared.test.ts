import { kindDeclared } from "../../../policy/rules/kind-declared.ts";
import { application } from "../../../src/model/application.ts";
import { chart } from "../../../src/model/chart.ts";
import { catalogueOf } from "../../model/sample-stage.ts";
import { deployment, object } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertViolates } from "../harness/verdict.ts";
import { applications } from "../../model/sample-stage.ts";

const DATABASE = { apiVersion: "example.com/v1", kind: "Database", imagePaths: [] };
const QUEUE = { apiVersion: "example.com/v1", kind: "Queue", imagePaths: ["spec.image"] };

function declaring(): ReturnType<typeof stageContext> {
  const described = chart({ name: "web-service", customResources: [QUEUE], toValues: () => ({}) });
  const portal = application({ name: "portal", chart: described, customResources: [DATABASE], hosts: "required" });
  return stageContext({ catalogue: catalogueOf(...applications.filter(({ name }) => name !== "portal"), portal) });
}

describe("kind-declared", () => {
  it("accepts the kinds of Kubernetes, and those whose controllers make no pods", async () => {
    await assertPasses(kindDeclared, deployment());
    for (const [apiVersion, kind] of [
      ["v1", "ConfigMap"],
      ["networking.k8s.io/v1", "NetworkPolicy"],
      ["gateway.networking.k8s.io/v1", "HTTPRoute"],
      ["externaldns.k8s.io/v1alpha1", "DNSEndpoint"],
      ["argoproj.io/v1alpha1", "Rollout"],
    ] as const) {
      await assertPasses(kindDeclared, object(apiVersion, kind, {}));
    }
  });

  it("refuses every other kind", async () => {
    for (const [apiVersion, kind] of [
      ["example.com/v1", "Database"],
      ["argoproj.io/v1alpha1", "Workflow"],
      ["gateway.networking.k8s.io/v1", "Gateway"],
      ["apps.example.com/v1", "Deployment"],
      ["apps.k8s.io/v1", "Deployment"],
    ] as const) {
      await assertViolates(kindDeclared, object(apiVersion, kind, {}), [""]);
    }
  });

  it("refuses an object that does not say what it is", async () => {
    await assertViolates(kindDeclared, { type: "kubernetes:apps/v1:Deployment", props: { kind: "Deployment" } }, [""]);
  });

  it("refuses an undeclared kind in a List", async () => {
    const items = [deployment().props, { apiVersion: "example.com/v1", kind: "Database" }];
    await assertViolates(kindDeclared, object("v1", "List", { items }), ["items[1]"]);
  });

  it("accepts a kind that the application or its chart declares", async () => {
    for (const kind of ["Database", "Queue"]) {
      const text = { ...object("example.com/v1", kind, {}), application: "portal" };
      await assertPasses(kindDeclared, text, declaring());
    }
  });

  it("refuses it in another application, and in another version", async () => {
    await assertViolates(kindDeclared, object("example.com/v1", "Database", {}), [""], declaring());
    const other = { ...object("example.com/v2", "Database", {}), application: "portal" };
    await assertViolates(kindDeclared, other, [""], declaring());
  });
});
