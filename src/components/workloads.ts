// Registers the kinds of apps/v1: without it the engine hands over their names alone.
import "@pulumi/kubernetes/apps/v1/index.js";
import { all, output, type Input, type Output } from "@pulumi/pulumi";
import type { WorkloadName } from "../model/deployed-stage.ts";
import { WORKLOAD_KINDS } from "../model/stack-outputs.ts";

/** An object of the cluster, as far as it matters here. */
interface ClusterObject {
  readonly apiVersion?: Input<string>;
  readonly kind?: Input<string>;
  readonly metadata?: Input<{ readonly name?: string } | undefined>;
}

/** The workloads among a chart's objects, in an order that only depends on them. */
export function workloads(objects: readonly ClusterObject[]): Output<readonly WorkloadName[]> {
  const named = objects.map(({ apiVersion, kind, metadata }) =>
    all([apiVersion, kind, output(metadata)]).apply(([version, of, about]) => toWorkload(version, of, about?.name)),
  );
  return all(named).apply((found) => found.flat().toSorted(inOrder));
}

function toWorkload(version: string | undefined, of: string | undefined, name: string | undefined): WorkloadName[] {
  const kind = WORKLOAD_KINDS.find((known) => known === of);
  return version !== "apps/v1" || kind === undefined || name === undefined ? [] : [{ kind, name }];
}

function inOrder(left: WorkloadName, right: WorkloadName): number {
  return left.kind.localeCompare(right.kind, "en") || left.name.localeCompare(right.name, "en");
}
