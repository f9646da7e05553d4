import assert from "node:assert/strict";
import fc from "fast-check";
import { ownObjects } from "../../../policy/rules/own-objects.ts";
import { applications, catalogueOf } from "../../model/sample-stage.ts";
import { unknown } from "../harness/engine-values.ts";
import { IN_APPLICATION, IN_STAGE } from "../harness/resources.ts";
import { applicationComponent, stageComponent } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertUndecided, assertViolates, violatedPaths } from "../harness/verdict.ts";
import {
  binding,
  DATABASE,
  declaring,
  definition,
  kinds,
  NAMESPACE,
  object,
  RBAC,
  role,
  type Fields,
} from "./chart-objects.ts";
import { budget, deployment, httpRoute, ingress, service } from "./web-service.ts";

describe("own-objects", () => {
  it("accepts what applications are made of, in their namespace", async () => {
    for (const text of [deployment(), service(), budget(), httpRoute(["a.example.com"]), ingress("a.example.com")])
      await assertPasses(ownObjects, text);
    for (const [apiVersion, kind] of [
      ["v1", "ConfigMap"],
      ["v1", "ServiceAccount"],
      ["v1", "PersistentVolumeClaim"],
      ["apps/v1", "DaemonSet"],
      ["batch/v1", "CronJob"],
      ["autoscaling/v2", "HorizontalPodAutoscaler"],
      ["networking.k8s.io/v1", "NetworkPolicy"],
      ["monitoring.coreos.com/v1", "ServiceMonitor"],
      ["argoproj.io/v1alpha1", "Rollout"],
    ] as const)
      await assertPasses(ownObjects, object(apiVersion, kind));
  });

  it("has nothing against components and providers", async () => {
    const context = stageContext();
    await assertPasses(ownObjects, stageComponent(context));
    await assertPasses(ownObjects, applicationComponent(context));
    await assertPasses(ownObjects, { type: "pulumi:providers:kubernetes", name: "cluster", parents: [], props: {} });
  });

  for (const namespace of ["ehealth-prod", "kube-system", "ehealth", "", undefined]) {
    it(`refuses an object in ${namespace === undefined ? "no namespace" : `the namespace '${namespace}'`}`, async () => {
      await assertViolates(ownObjects, object("v1", "ConfigMap", {}, { namespace }), ["metadata.namespace"]);
      await assertViolates(ownObjects, object("apps/v1", "DaemonSet", {}, { namespace }), ["metadata.namespace"]);
      await assertViolates(ownObjects, role("Role", {}, {}, { namespace }), ["metadata.namespace"], declaring);
    });
  }

  it("does not take an unknown namespace for the application's", async () => {
    await assertUndecided(ownObjects, object("v1", "ConfigMap", {}, { namespace: unknown }));
  });

  it("never lets an object of another namespace pass, whatever it is and whatever is declared", async () => {
    const some = fc.constantFrom(
      ...kinds("v1", "ConfigMap", "Secret", "Pod", "LimitRange", "Namespace", "List"),
      ...kinds("apps/v1", "Deployment", "DaemonSet"),
      ...kinds(RBAC, "Role", "RoleBinding", "ClusterRoleBinding"),
      ...kinds("example.com/v1", "Database", "DatabaseClass", "Other"),
      ...kinds("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
      ...kinds("gateway.networking.k8s.io/v1", "HTTPRoute"),
    );
    const elsewhere = fc
      .oneof(fc.constantFrom("ehealth", "ehealth-prod", "kube-system", "platform-inttest"), fc.string({ minLength: 1 }))
      .filter((namespace) => namespace !== NAMESPACE);
    await fc.assert(
      fc.asyncProperty(some, elsewhere, fc.dictionary(fc.string(), fc.jsonValue()), async (kind, namespace, spec) => {
        const text = object(kind.apiVersion, kind.kind, { spec: { ...spec, group: "example.com" } }, { namespace });
        for (const context of [stageContext(), declaring])
          assert.notDeepEqual(await violatedPaths(ownObjects, text, context), []);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a name that is not known, and one of the stage's own", async () => {
    const generated = { name: undefined, generateName: "sample-" };
    await assertViolates(ownObjects, object("v1", "Pod", {}, generated), ["metadata.name", "metadata.generateName"]);
    await assertViolates(ownObjects, object("v1", "ConfigMap", {}, { name: "lockstep-images" }), ["metadata.name"]);
    for (const name of ["lockstep-images", "lockstep"])
      await assertViolates(ownObjects, object("v1", "LimitRange", {}, { name }), ["metadata.name"], declaring);
    await assertPasses(ownObjects, object("v1", "LimitRange"), declaring);
  });

  for (const [apiVersion, ...names] of [
    [
      "v1",
      "Namespace",
      "Node",
      "PersistentVolume",
      "ResourceQuota",
      "LimitRange",
      "Endpoints",
      "List",
      "ConfigMapList",
    ],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    [RBAC, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["storage.k8s.io/v1", "StorageClass"],
    ["scheduling.k8s.io/v1", "PriorityClass"],
    ["admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "MutatingWebhookConfiguration"],
    ["apiregistration.k8s.io/v1", "APIService"],
    ["certificates.k8s.io/v1", "CertificateSigningRequest"],
    ["authentication.k8s.io/v1", "TokenReview"],
    ["authorization.k8s.io/v1", "SubjectAccessReview"],
    ["gateway.networking.k8s.io/v1beta1", "ReferenceGrant"],
    ["gateway.networking.k8s.io/v1", "Gateway"],
    ["example.com/v1", "Database"],
  ] as const) {
    for (const kind of names) {
      it(`refuses a ${kind} of ${apiVersion} that nobody declared`, async () => {
        assert.ok((await violatedPaths(ownObjects, object(apiVersion, kind))).includes(""));
        assert.ok(
          (await violatedPaths(ownObjects, object(apiVersion, kind, {}, { namespace: undefined }))).includes(""),
        );
      });
    }
  }

  it("accepts the kinds that the application and its chart declare", async () => {
    for (const kind of ["Role", "ClusterRole"]) await assertPasses(ownObjects, role(kind), declaring);
    for (const kind of ["RoleBinding", "ClusterRoleBinding"]) await assertPasses(ownObjects, binding(kind), declaring);
    await assertPasses(ownObjects, object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant"), declaring);
    await assertPasses(ownObjects, object("example.com/v1", "Database"), declaring);
    await assertPasses(ownObjects, definition("example.com", "Database"), declaring);
  });

  it("refuses them in another application, and in another version", async () => {
    const other = { ...role("Role", {}, {}, { namespace: "platform-inttest" }), application: "portal" };
    await assertViolates(ownObjects, other, [""], declaring);
    await assertViolates(ownObjects, object("rbac.authorization.k8s.io/v1beta1", "Role"), [""], declaring);
  });

  it("accepts what is declared in no namespace only where it can be of the cluster", async () => {
    const nowhere = { namespace: undefined };
    await assertPasses(ownObjects, role("ClusterRole", {}, {}, nowhere), declaring);
    await assertPasses(ownObjects, object("example.com/v1", "DatabaseClass", {}, nowhere), declaring);
    await assertViolates(ownObjects, role("Role", {}, {}, nowhere), ["metadata.namespace"], declaring);
  });

  it("refuses a list of declared objects, which nobody would look into", async () => {
    const context = stageContext({
      catalogue: catalogueOf(
        ...applications.map((one) =>
          one.name === "appointments" ? { ...one, customResources: [{ ...DATABASE, kind: "DatabaseList" }] } : one,
        ),
      ),
    });
    await assertPasses(ownObjects, object("example.com/v1", "DatabaseList"), context);
    await assertViolates(ownObjects, object("example.com/v1", "DatabaseList", { items: [] }), [""], context);
  });

  it("refuses definitions of kinds that are not the application's", async () => {
    await assertViolates(ownObjects, definition("example.com", "Queue"), ["spec"], declaring);
    await assertViolates(ownObjects, definition("gateway.networking.k8s.io", "Database"), ["spec"], declaring);
  });

  for (const name of [
    "pulumi.com/patchForce",
    "pulumi.com/patchFieldManager",
    "pulumi.com/autonamed",
    "lockstep.dev/images",
  ]) {
    it(`refuses the annotation ${name}`, async () => {
      const annotations = { [name]: "true" };
      const path = [`metadata.annotations["${name}"]`];
      await assertViolates(ownObjects, object("v1", "ConfigMap", {}, { annotations }), path);
      await assertPasses(ownObjects, object("v1", "ConfigMap", {}, { annotations: { "example.com/a": "true" } }));
    });
  }

  it("refuses labels of the stage's own, on pods too, and accepts the digest of the secrets there", async () => {
    const labels = { "lockstep.dev/stage": "prod" };
    await assertViolates(ownObjects, object("v1", "Service", {}, { labels }), [
      'metadata.labels["lockstep.dev/stage"]',
    ]);
    const pods = (metadata: Fields) => deployment({}, { template: { metadata, spec: { containers: [] } } });
    const annotations = { "lockstep.dev/secrets": "abc" };
    await assertPasses(ownObjects, pods({ annotations }));
    await assertPasses(ownObjects, object("v1", "Pod", { spec: { containers: [] } }, { annotations }));
    const path = 'spec.template.metadata.labels["lockstep.dev/stage"]';
    await assertViolates(ownObjects, pods({ annotations, labels }), [path]);
    const onObject = object("v1", "ConfigMap", {}, { annotations });
    await assertViolates(ownObjects, onObject, ['metadata.annotations["lockstep.dev/secrets"]']);
  });

  it("refuses an object that is registered as something else", async () => {
    await assertViolates(ownObjects, { ...object("v1", "ConfigMap"), type: "kubernetes:core/v1:ConfigMapPatch" }, [""]);
    await assertViolates(ownObjects, { ...object("v1", "ConfigMap"), type: "kubernetes:core/v1:Namespace" }, [""]);
  });

  it("refuses an object of an application that the stage does not run", async () => {
    await assertViolates(ownObjects, { ...object("v1", "ConfigMap"), application: "other" }, [""]);
  });

  const parts = [
    [IN_STAGE, "v1", "Namespace"],
    [IN_STAGE, "v1", "ResourceQuota"],
    [[...IN_STAGE, "lockstep:index:Admission"], "v1", "LimitRange"],
    [[...IN_STAGE, "lockstep:index:Admission"], "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"],
    [IN_APPLICATION, "v1", "Secret"],
    [[...IN_APPLICATION, "lockstep:index:Migration"], "batch/v1", "Job"],
    [[...IN_APPLICATION, "lockstep:index:DnsBinding"], "externaldns.k8s.io/v1alpha1", "DNSEndpoint"],
  ] as const;
  for (const [parents, apiVersion, kind] of parts) {
    it(`accepts the ${kind} of ${parents.at(-1) ?? ""}, and nothing else there`, async () => {
      await assertPasses(ownObjects, { ...object(apiVersion, kind), parents });
      await assertViolates(ownObjects, { ...object("v1", "ConfigMap"), parents }, [""]);
      await assertViolates(ownObjects, { ...object(apiVersion, kind), parents: [...parents, "other:index:One"] }, [""]);
    });
  }

  it("refuses objects beside all of these", async () => {
    await assertViolates(ownObjects, { ...object("v1", "ConfigMap"), parents: [] }, [""]);
  });
});
