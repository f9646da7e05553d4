import { objectKey, type ClusterObject } from "../../model/cluster-object.ts";
import { CLUSTER_HOLDS_NAME } from "../../model/cluster-hold.ts";
import type { DriftedObject } from "../../model/drift.ts";
import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { PASSED_CHECKS_NAME } from "../../model/passed-checks.ts";
import { isController } from "./makers.ts";

/**
 * What is in the stage's namespaces and nobody declared: made by hand, or left behind by an update that was killed.
 * @param known by objectKey: everything that the stack's state has
 */
export function addedObjects(objects: readonly ClusterObject[], known: ReadonlySet<string>): readonly DriftedObject[] {
  return objects
    .filter((object) => !known.has(objectKey(object.name)) && !isMadeByCluster(object))
    .map(({ name, managers }) => ({ kind: "added", object: name, by: managers[0]?.manager }));
}

function isMadeByCluster({ name, content, managers, owned }: ClusterObject): boolean {
  if (owned || MADE_IN_NAMESPACES.has(`${name.kind}/${name.name}`)) return true;
  if (name.kind === "Job" && PASSING_JOBS.has(componentOf(content))) return true;
  const writers = managers.filter(({ subresource }) => subresource !== "status");
  return writers.length > 0 && writers.every(({ manager }) => isController(manager));
}

function componentOf({ metadata }: JsonObject): string {
  const labels = isJsonObject(metadata) ? metadata["labels"] : undefined;
  const component = isJsonObject(labels) ? labels["app.kubernetes.io/component"] : undefined;
  return typeof component === "string" ? component : "";
}

/** Jobs that a verb makes beside the stack, and removes. */
const PASSING_JOBS: ReadonlySet<string> = new Set(["migration-down", "smoke"]);

/** In each namespace; ours say what must not be deployed again, and what has passed its checks. */
const MADE_IN_NAMESPACES: ReadonlySet<string> = new Set([
  "ServiceAccount/default",
  "ConfigMap/kube-root-ca.crt",
  `ConfigMap/${CLUSTER_HOLDS_NAME}`,
  `ConfigMap/${PASSED_CHECKS_NAME}`,
]);
