import { z } from "zod";
import type { WorkloadState } from "../model/deployed-stage.ts";
import { WORKLOAD_KINDS } from "../model/stack-outputs.ts";

const count = z.int().default(0);
const containers = z.array(z.object({ image: z.string() })).default([]);
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
  lastUpdateTime: time.optional(),
  lastTransitionTime: time.optional(),
});
type Condition = z.output<typeof conditionSchema>;

const statusSchema = z.object({
  observedGeneration: count,
  conditions: z.array(conditionSchema).default([]),
  ...{ replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count },
  ...{ currentRevision: z.string().default(""), updateRevision: z.string().default("") },
  ...{ desiredNumberScheduled: count, currentNumberScheduled: count, updatedNumberScheduled: count },
  ...{ numberReady: count, numberAvailable: count, numberMisscheduled: count },
});

const objectSchema = z.object({
  kind: z.enum(WORKLOAD_KINDS),
  metadata: z.object({
    ...{ name: z.string(), namespace: z.string(), generation: count },
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    replicas: z.int().default(1),
    template: z.object({ spec: z.object({ containers, initContainers: containers }) }),
  }),
  status: statusSchema.default(() => statusSchema.parse({})),
});
type Workload = z.output<typeof objectSchema>;

/** A workload of apps/v1, as the API server gives it. */
export const workloadSchema = objectSchema.transform((workload): WorkloadState => {
  const { kind, metadata, spec, status } = workload;
  const pod = spec.template.spec;
  return {
    ...{ kind, name: metadata.name, namespace: metadata.namespace },
    images: [...pod.initContainers, ...pod.containers].map(({ image }) => image),
    problem: problemOf(workload),
    settling: isSettling(workload),
    availableSinceMs: availableSince(status.conditions),
  };
});

/** The first reason of these; undefined where every replica is there and ready, and enough are of the newest version. */
function problemOf(workload: Workload): string | undefined {
  const { metadata, status } = workload;
  if (metadata.deletionTimestamp !== undefined) return "it is being deleted";
  if (status.observedGeneration < metadata.generation) return "the cluster has not begun with its newest version yet";
  const { wanted, ...counts } = countsOf(workload);
  if (wanted === 0) return "it has no replicas: nothing of it runs";
  // `pulumi up` may end a moment before the last replica of the version before is gone: one too many is no harm where
  // every one of the newest version is there and all are ready.
  const there = Math.max(wanted, counts["are there"]);
  const expected = {
    "are there": there,
    "are of the newest version": wanted,
    "are ready": there,
    "are available": there,
  };
  const short = Object.entries(counts).find(([what, found]) => found !== expected[what as keyof typeof expected]);
  if (short !== undefined) {
    const [what, found] = short;
    const all = there > wanted ? `${there} (${wanted} wanted)` : wanted;
    return `${found} of ${all} replicas ${what}${because(status.conditions)}`;
  }
  const { currentRevision, updateRevision } = status;
  if (currentRevision !== updateRevision) return "its roll-out has not ended";
  const stuck = status.conditions.find(({ type, status: state }) => IS_WELL.has(type) && state !== "True");
  return stuck === undefined ? undefined : textOf(stuck);
}

/** As it is between the last new replica's readiness and the last old one's end, or before the cluster took notice. */
function isSettling(workload: Workload): boolean {
  const { metadata, status } = workload;
  if (metadata.deletionTimestamp !== undefined) return false;
  if (status.observedGeneration < metadata.generation) return true;
  const { wanted, ...counts } = countsOf(workload);
  return (
    wanted > 0 &&
    counts["are there"] > wanted &&
    counts["are of the newest version"] === wanted &&
    counts["are ready"] >= wanted
  );
}

interface Counts {
  readonly wanted: number;
  readonly "are there": number;
  readonly "are of the newest version": number;
  readonly "are ready": number;
  readonly "are available": number;
}

function countsOf({ kind, spec, status }: Workload): Counts {
  if (kind === "DaemonSet") {
    return {
      wanted: status.desiredNumberScheduled,
      "are there": status.currentNumberScheduled,
      "are of the newest version": status.updatedNumberScheduled,
      "are ready": status.numberReady,
      "are available": status.numberAvailable,
    };
  }
  return {
    wanted: spec.replicas,
    "are there": status.replicas,
    "are of the newest version": status.updatedReplicas,
    "are ready": status.readyReplicas,
    "are available": status.availableReplicas,
  };
}

const IS_WELL: ReadonlySet<string> = new Set(["Available", "Progressing"]);

/**
 * A Deployment says when it last became available, and, in `lastUpdateTime` of Progressing, when its last roll-out came
 * to its end (k8s.io/kubernetes/pkg/controller/deployment/progress.go); scaling does not touch that.
 */
function availableSince(conditions: readonly Condition[]): number | undefined {
  const times = conditions.flatMap(({ type, status, lastTransitionTime, lastUpdateTime }) => {
    if (status !== "True") return [];
    if (type === "Available") return lastTransitionTime ?? [];
    return type === "Progressing" ? (lastUpdateTime ?? []) : [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}

function because(conditions: readonly Condition[]): string {
  const reasons = conditions.filter(({ status, type }) => status !== "True" && IS_WELL.has(type));
  return reasons.length === 0 ? "" : `: ${reasons.map(textOf).join("; ")}`;
}

function textOf({ reason, message, type }: Condition): string {
  return [reason || type, message].filter((part) => part !== "").join(": ");
}
