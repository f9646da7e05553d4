import { isDeclarable, mayBeOfTheCluster, type PrivilegedKind } from "../../src/model/privileged-kind.ts";
import type { CustomResourceKind } from "../../src/model/custom-resource.ts";
import { groupOf } from "../../src/model/kubernetes-groups.ts";
import { absent, at, shown } from "../kubernetes/fields.ts";
import { isWellKnown } from "../kubernetes/kinds.ts";
import type { Violation } from "../rule.ts";

/** What the catalogue declares of an application, itself or through its chart. */
export interface DeclaredKinds {
  readonly customResources: readonly CustomResourceKind[];
  readonly privilegedKinds: readonly PrivilegedKind[];
}

/** Kubernetes' own kinds that an application is made of. All others are refused: of new ones nobody has thought yet. */
const ORDINARY: Readonly<Record<string, readonly string[]>> = {
  "": ["ConfigMap", "PersistentVolumeClaim", "Pod", "ReplicationController", "Secret", "Service", "ServiceAccount"],
  apps: ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
  autoscaling: ["HorizontalPodAutoscaler"],
  batch: ["CronJob", "Job"],
  "networking.k8s.io": ["Ingress", "NetworkPolicy"],
  policy: ["PodDisruptionBudget"],
};

const DECLARE =
  "take it out of the chart, or declare its kind on the application or its chart: privilegedKinds: [{ apiVersion, kind }]";

/** It lets the routes of other namespaces reach the Services and Secrets of this one. */
const REFERENCE_GRANT = { group: "gateway.networking.k8s.io", kind: "ReferenceGrant" };

/** What is against an object's kind, and against its being in that namespace or in none. */
export function refuseKind(props: unknown, namespace: string, declared: DeclaredKinds): readonly Violation[] {
  const [apiVersion, kind] = [at(props, "apiVersion"), at(props, "kind")];
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return [{ path: "", found: `${shown(apiVersion)} ${shown(kind)}`, expected: "an object with apiVersion and kind" }];
  }
  const object = { apiVersion, kind };
  const isPrivileged = isDeclarable(object) && declared.privilegedKinds.some((one) => isSame(one, object));
  // Of what a list holds, no rule would see the namespace.
  const isWrapper = kind.endsWith("List") && !absent(at(props, "items"));
  if (isWrapper || (!isPrivileged && !isOrdinary(object, declared))) {
    return [
      {
        path: "",
        found: `${apiVersion} ${kind}`,
        expected: "a kind that applications are made of, or a declared one",
        ...(isDeclarable(object) ? { action: DECLARE } : {}),
      },
    ];
  }
  const found = at(props, "metadata", "namespace");
  if (absent(found) && isPrivileged && mayBeOfTheCluster(object)) return [];
  if (found === namespace) return [];
  return [
    {
      path: "metadata.namespace",
      found: shown(found),
      expected: `${namespace}, the application's own`,
      action: "let the chart name {{ .Release.Namespace }}, or no namespace",
    },
  ];
}

function isOrdinary(object: PrivilegedKind, { customResources }: DeclaredKinds): boolean {
  const { kind } = object;
  const group = groupOf(object.apiVersion);
  if (group === REFERENCE_GRANT.group && kind === REFERENCE_GRANT.kind) return false;
  return (
    (Object.hasOwn(ORDINARY, group) && ORDINARY[group]?.includes(kind) === true) ||
    isWellKnown(group, kind) ||
    customResources.some((one) => isSame(one, object))
  );
}

function isSame(left: PrivilegedKind, right: PrivilegedKind): boolean {
  return left.apiVersion === right.apiVersion && left.kind === right.kind;
}
