import { application } from "../../../src/model/application.ts";
import { chart } from "../../../src/model/chart.ts";
import { applications, catalogueOf } from "../../model/sample-stage.ts";
import type { ResourceText } from "../harness/resources.ts";
import { stageContext } from "../harness/stage-context.ts";

export const NAMESPACE = "ehealth-inttest";
export const RBAC = "rbac.authorization.k8s.io/v1";
export const DATABASE = { apiVersion: "example.com/v1", kind: "Database", imagePaths: [] };
export const kinds = (apiVersion: string, ...names: readonly string[]) => names.map((kind) => ({ apiVersion, kind }));

export type Fields = Readonly<Record<string, unknown>>;

/** An object of the chart of appointments, in its namespace. */
export function object(apiVersion: string, kind: string, fields: Fields = {}, metadata: Fields = {}): ResourceText {
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  return {
    type,
    props: { apiVersion, kind, metadata: { name: "sample", namespace: NAMESPACE, ...metadata }, ...fields },
  };
}

/** The sample stage, where appointments declares kinds, the half of them through its chart. */
export const declaring = (() => {
  const ownKinds = [...kinds(RBAC, "RoleBinding", "ClusterRoleBinding"), ...kinds("v1", "LimitRange")];
  const described = chart({
    name: "web-service",
    customResources: [DATABASE],
    privilegedKinds: [
      ...kinds(RBAC, "Role", "ClusterRole"),
      ...kinds("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
      ...kinds("example.com/v1", "DatabaseClass", "Database"),
    ],
    toValues: () => ({}),
  });
  const appointments = application({
    name: "appointments",
    namespace: "ehealth",
    chart: described,
    secrets: ["DATABASE_URL", "QUEUE_URL"],
    privilegedKinds: [...ownKinds, ...kinds("gateway.networking.k8s.io/v1beta1", "ReferenceGrant")],
    migration: { command: ["migrate", "up"], secrets: ["DATABASE_URL"] },
  });
  return stageContext({
    catalogue: catalogueOf(...applications.filter(({ name }) => name !== "appointments"), appointments),
  });
})();

export const binding = (kind: string, fields: Fields = {}, metadata: Fields = {}) =>
  object(
    RBAC,
    kind,
    {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "appointments", namespace: NAMESPACE }],
      ...fields,
    },
    metadata,
  );
export const role = (kind: string, rule: Fields = {}, fields: Fields = {}, metadata: Fields = {}) =>
  object(
    RBAC,
    kind,
    { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], ...rule }], ...fields },
    metadata,
  );
export const definition = (group: string, kind: string) =>
  object(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    { spec: { group, names: { kind } } },
    { namespace: undefined },
  );
