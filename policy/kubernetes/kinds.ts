import type { CustomResourceKind } from "../../src/model/custom-resource.ts";
import { groupOf, isBuiltInGroup } from "../../src/model/kubernetes-groups.ts";

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
  const group = groupOf(apiVersion);
  if (isBuiltInGroup(group)) return { kind: "built-in" };
  return isWellKnown(group, kind) ? { kind: "built-in" } : { kind: "undeclared" };
}

/** Whether a kind of somebody else's needs no declaration of where it names images. */
export function isWellKnown(group: string, kind: string): boolean {
  return WELL_KNOWN.some((known) => known.group === group && known.kinds.includes(kind));
}
