import type { WorkloadState } from "./deployed-stage.ts";

/** What the cluster has of some namespaces, as far as a roll-out is judged by it. */
export interface RolloutObjects {
  readonly workloads: readonly ObservedWorkload[];
  readonly replicaSets: readonly ObservedReplicaSet[];
  readonly pods: readonly ObservedPod[];
  readonly jobs: readonly ObservedJob[];
  /** Warnings alone, the newest of each object last. */
  readonly events: readonly ObservedEvent[];
}

interface ObservedObject {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The uids of those that it belongs to. */
  readonly owners: readonly string[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface ObservedWorkload extends WorkloadState, ObservedObject {
  /** False while its controller has not seen its newest version. */
  readonly observed: boolean;
  readonly wanted: number;
  /** What its controller counts, of whatever version. */
  readonly ready: number;
  /** A Deployment's `deployment.kubernetes.io/revision`; its newest ReplicaSet has the same. */
  readonly revision: string;
  /** A StatefulSet's; its newest pods bear it as a label. */
  readonly updateRevision: string;
  readonly conditions: readonly Condition[];
}

export interface ObservedReplicaSet extends ObservedObject {
  readonly revision: string;
  /** Of its pods' containers, as they are declared. */
  readonly images: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface ObservedPod extends ObservedObject {
  readonly createdMs: number;
  /** Of its containers, as they are declared. */
  readonly images: readonly string[];
  readonly leaving: boolean;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly conditions: readonly Condition[];
  /** Init containers first. */
  readonly containers: readonly ObservedContainer[];
}

export interface ObservedContainer {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly running: boolean;
  readonly restarts: number;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  /** How it ended: now, else the time before. */
  readonly ended: ContainerEnd | undefined;
}

export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

export interface ObservedJob extends ObservedObject {
  readonly createdMs: number;
  readonly images: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface ObservedEvent {
  /** The uid of what it is about. */
  readonly about: string;
  /** The same, such as `Pod/portal-1`: it outlives what it is about. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
}
