import type { Digest } from "./digest.ts";
import type { Pin } from "./pin.ts";
import type { VerifiedRoot } from "./trust/trust.ts";

/** One entry of a stack's history, as the engine keeps it. */
export interface StackUpdate {
  /** The engine's number of it; 0 where a file backend has none and nobody counted (`readWholeHistory` does). */
  readonly version: number;
  /** `update`, `destroy`, `refresh`, … */
  readonly kind: string;
  readonly result: "succeeded" | "failed" | "in-progress";
  /** As the engine gives it. */
  readonly startTime: string;
  readonly startMs: number;
  /** Undefined while it runs, and after it was killed. */
  readonly endMs: number | undefined;
  /** Whether only a part of the stage was asked for: --target, --exclude and the like. */
  readonly partial: boolean;
  /** The pins of its configuration, by application, as they stood in the file. */
  readonly pins: ReadonlyMap<string, WrittenPin>;
  /** The same in full, of those that are pins as they are written today. */
  readonly wholePins: ReadonlyMap<string, Pin>;
  /** The database levels of its configuration, by application. */
  readonly schemaLevels: ReadonlyMap<string, number>;
  /** What was given as its message; without one the engine takes the commit's. */
  readonly message: string;
  /** The commit that was checked out; undefined outside git. */
  readonly head: string | undefined;
  /** Whether files differed from that commit. */
  readonly dirty: boolean;
  /** Who, why and which statement, where a verb ran it. */
  readonly record: Readonly<Record<string, string>> | undefined;
}

/** Of a pin in the history: what identifies the version. */
export interface WrittenPin {
  readonly image: string;
  readonly chart: string;
}

/** A workload of an application, in its namespace. */
export interface WorkloadName {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  readonly name: string;
}

/** An application as the stack's outputs have it: as the last update that succeeded left it. */
export interface DeployedVersion extends WrittenPin {
  /** In the cluster. */
  readonly namespace: string | undefined;
  /** The statement that it was deployed under. */
  readonly statement: Digest | undefined;
  /** Of its desired state. */
  readonly desired: Digest | undefined;
  /** When the first of the uninterrupted updates with this desired state began. */
  readonly sinceMs: number | undefined;
  /** Undefined where an earlier program wrote none down. */
  readonly workloads: readonly WorkloadName[] | undefined;
}

/** A stack's outputs, seen from outside the program. */
export interface DeployedStage {
  readonly stage: string | undefined;
  readonly clusterUid: string | undefined;
  readonly root: VerifiedRoot | undefined;
  readonly applications: ReadonlyMap<string, DeployedVersion>;
  /** The newest statement about each application, those that went included. */
  readonly statements: ReadonlyMap<string, Digest>;
}

export interface NamespacedWorkload extends WorkloadName {
  readonly namespace: string;
}

/** What tells the workloads of a cluster apart. */
export function workloadKey({ namespace, kind, name }: NamespacedWorkload): string {
  return `${namespace}/${kind}/${name}`;
}

/** What the cluster says of a workload now. */
export interface WorkloadState extends NamespacedWorkload {
  /** Of its containers, init containers included. */
  readonly images: readonly string[];
  /** Why it is not as healthy as it should be; undefined: every replica is there, ready, and of its newest version. */
  readonly problem: string | undefined;
  /** Whether that is likely to pass by itself within seconds: everything new is there, something old has not gone yet. */
  readonly settling: boolean;
  /** Since when it has been available without a break, where the cluster says it. */
  readonly availableSinceMs: number | undefined;
}
