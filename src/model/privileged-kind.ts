import { groupOf, isBuiltInGroup } from "./kubernetes-groups.ts";

/**
 * A kind of objects that reaches further than its application: into the whole cluster, or past what the namespace lets
 * its applications do. Charts may make such objects only where the catalogue declares their kind.
 */
export interface PrivilegedKind {
  /** Such as `rbac.authorization.k8s.io/v1`; the version counts. */
  readonly apiVersion: string;
  readonly kind: string;
}

type KindsByGroup = Readonly<Record<string, readonly string[]>>;

/** In the application's namespace. Endpoints lead the requests of a Service anywhere. */
const NAMESPACED: KindsByGroup = {
  "": ["Endpoints", "LimitRange", "ResourceQuota"],
  "discovery.k8s.io": ["EndpointSlice"],
  "rbac.authorization.k8s.io": ["Role", "RoleBinding"],
};

const OF_THE_CLUSTER: KindsByGroup = {
  "": ["PersistentVolume"],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "networking.k8s.io": ["IngressClass"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["StorageClass"],
};

/** How people read which kinds of Kubernetes can be declared. */
export const DECLARABLE = [NAMESPACED, OF_THE_CLUSTER].flatMap((kinds) => Object.values(kinds).flat()).toSorted();

/**
 * Whether the catalogue may declare a kind. Of Kubernetes' own kinds those that are listed here; never Namespaces, and
 * never what judges or extends the API server itself (admission, APIService, certificates).
 */
export function isDeclarable({ apiVersion, kind }: PrivilegedKind): boolean {
  return (
    !isBuiltInGroup(groupOf(apiVersion)) || includes(NAMESPACED, apiVersion, kind) || isOfTheCluster(apiVersion, kind)
  );
}

/** Whether objects of a declarable kind may be in no namespace; of kinds of others only their declaration says so. */
export function mayBeOfTheCluster({ apiVersion, kind }: PrivilegedKind): boolean {
  return !isBuiltInGroup(groupOf(apiVersion)) || isOfTheCluster(apiVersion, kind);
}

function isOfTheCluster(apiVersion: string, kind: string): boolean {
  return includes(OF_THE_CLUSTER, apiVersion, kind);
}

function includes(kinds: KindsByGroup, apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return Object.hasOwn(kinds, group) && kinds[group]?.includes(kind) === true;
}
