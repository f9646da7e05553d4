import type { JudgedResource } from "../rule.ts";
import { at } from "./fields.ts";

/** The API group and the kind of an object; the empty group is Kubernetes' core. */
export interface ObjectKind {
  readonly group: string;
  readonly kind: string;
}

/** What an object says that it is; what says nothing (components, providers) is nothing. */
export function kindOf({ props }: Pick<JudgedResource, "props">): ObjectKind {
  const { apiVersion, kind } = props;
  const version = typeof apiVersion === "string" ? apiVersion : "";
  return {
    group: version.includes("/") ? version.slice(0, version.indexOf("/")) : "",
    kind: typeof kind === "string" ? kind : "",
  };
}

/** Workloads that say themselves how many pods there are. */
export function isReplicated(resource: Pick<JudgedResource, "props">): boolean {
  const { group, kind } = kindOf(resource);
  switch (group) {
    case "":
      return kind === "ReplicationController";
    case "apps":
    case "extensions":
      return kind === "Deployment" || kind === "StatefulSet" || kind === "ReplicaSet";
    case "argoproj.io":
      return kind === "Rollout";
    default:
      return false;
  }
}

/** The labels that a workload puts on its pods. */
export function podLabels({ props }: Pick<JudgedResource, "props">): unknown {
  return at(props, "spec", "template", "metadata", "labels");
}
