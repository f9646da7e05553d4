import type { CustomResourceKind } from "../../src/model/custom-resource.ts";

/** The API groups of Kubernetes itself, as its 1.36 has them. */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/**
 * Kinds of others that need no declaration: their controllers make no pods, or (Rollout) the pods are in the object
 * as in a Deployment. Every other controller may make pods from any field, which only who uses the kind can say.
 */
const WELL_KNOWN: readonly { readonly group: string; readonly kinds: readonly string[] }[] = [
  {
    group: "gateway.networking.k8s.io",
    kinds: ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "ReferenceGrant", "BackendTLSPolicy"],
  },
  { group: "externaldns.k8s.io", kinds: ["DNSEndpoint"] },
  { group: "monitoring.coreos.com", kinds: ["ServiceMonitor", "PodMonitor", "PrometheusRule"] },
  { group: "cert-manager.io", kinds: ["Certificate"] },
  { group: "argoproj.io", kinds: ["Rollout"] },
];

export type KnownKind =
  | { readonly kind: "built-in" }
  | { readonly kind: "declared"; readonly imagePaths: readonly string[] }
  | { readonly kind: "undeclared" };

/** What is known of a kind of objects: by Kubernetes, by this list, or by the catalogue's declaration. */
export function knownKind(apiVersion: unknown, kind: unknown, declared: readonly CustomResourceKind[]): KnownKind {
  const declaration = declared.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (declaration !== undefined) return { kind: "declared", imagePaths: declaration.imagePaths };
  if (typeof apiVersion !== "string" || typeof kind !== "string") return { kind: "undeclared" };
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (BUILT_IN_GROUPS.has(group)) return { kind: "built-in" };
  const isWellKnown = WELL_KNOWN.some((known) => known.group === group && known.kinds.includes(kind));
  return isWellKnown ? { kind: "built-in" } : { kind: "undeclared" };
}
