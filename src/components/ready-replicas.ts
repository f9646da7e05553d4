// Registers the kinds of apps/v1: without it the engine hands over their names alone.
import "@pulumi/kubernetes/apps/v1/index.js";
import { all, type Input, type Output } from "@pulumi/pulumi";

/** An object of the cluster, as far as it matters here. */
interface ClusterObject {
  readonly status?: Input<{ readonly readyReplicas?: number } | undefined>;
}

/** Ready replicas of all workloads among a chart's objects; objects of other kinds have none. */
export function readyReplicas(objects: readonly ClusterObject[]): Output<number> {
  return all(objects.map(({ status }) => status)).apply((statuses) =>
    statuses.reduce<number>((sum, status) => sum + (status?.readyReplicas ?? 0), 0),
  );
}
