import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { tellKubectl, type ClusterAccess } from "../kubectl.ts";

/** A kind of objects that the cluster can list. */
export interface ResourceKind {
  /** As kubectl names it, such as `deployments.apps`. */
  readonly resource: string;
  /** The version that the cluster prefers. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** All that the cluster knows now, its custom resources included. */
export async function readResourceKinds(access: ClusterAccess): Promise<Outcome<readonly ResourceKind[]>> {
  const words = ["api-resources", "--verbs=list", "--no-headers"];
  return andThen(await tellKubectl(words, access), (text) => accepted(parseResourceKinds(text)));
}

/** Name, short names where there are some, version, whether namespaced, kind: in columns. */
export function parseResourceKinds(text: string): readonly ResourceKind[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", apiVersion = "", namespaced, kind = ""] = ROW.exec(line) ?? [];
    if (namespaced === undefined) return [];
    const [group, version] = apiVersion.split("/");
    const resource = version === undefined ? name : `${name}.${group ?? ""}`;
    return [{ resource, apiVersion, kind, namespaced: namespaced === "true" }];
  });
}

const ROW = /^(\S+)\s+(?:\S+\s+)?(\S+)\s+(true|false)\s+(\S+)\s*$/;
