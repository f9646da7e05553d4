import { z } from "zod";
import type {
  ContainerEnd,
  ObservedContainer,
  ObservedJob,
  ObservedPod,
  ObservedReplicaSet,
  ObservedWorkload,
} from "../../model/rollout-objects.ts";
import { workloadSchema } from "../workload-state.ts";

const text = z.string().default("");
const count = z.int().default(0);
const time = z
  .string()
  .default("")
  .transform((written) => Date.parse(written) || 0);

const metadata = z.object({
  ...{ uid: z.string(), name: z.string(), namespace: z.string(), creationTimestamp: time },
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  ownerReferences: z.array(z.object({ uid: z.string() })).default([]),
  deletionTimestamp: z.string().optional(),
  generation: count,
});
type Metadata = z.output<typeof metadata>;

const conditions = z.array(z.object({ type: z.string(), status: z.string(), reason: text, message: text })).default([]);
const REVISION = "deployment.kubernetes.io/revision";

const facts = (about: Metadata) => {
  const { uid, name, namespace, labels, ownerReferences } = about;
  return { uid, name, namespace, labels, owners: ownerReferences.map((owner) => owner.uid) };
};

const workloadFacts = z
  .object({
    kind: z.string(),
    metadata,
    spec: z.object({ replicas: z.int().default(1) }),
    status: z
      .object({
        ...{ observedGeneration: count, readyReplicas: count, updateRevision: text, conditions },
        ...{ desiredNumberScheduled: count, numberReady: count },
      })
      .prefault({}),
  })
  .transform(({ kind, metadata: about, spec, status }) => ({
    ...facts(about),
    observed: status.observedGeneration >= about.generation,
    wanted: kind === "DaemonSet" ? status.desiredNumberScheduled : spec.replicas,
    ready: kind === "DaemonSet" ? status.numberReady : status.readyReplicas,
    revision: about.annotations[REVISION] ?? "",
    updateRevision: status.updateRevision,
    conditions: status.conditions,
  }));

/** A Deployment, StatefulSet or DaemonSet. */
export const observedWorkloadSchema = z.unknown().transform((object): ObservedWorkload => ({
  ...workloadSchema.parse(object),
  ...workloadFacts.parse(object),
}));

const declared = z.array(z.object({ image: text })).default([]);
const podSpec = z
  .object({ initContainers: declared, containers: declared })
  .transform((spec) => [...spec.initContainers, ...spec.containers].map(({ image }) => image))
  .prefault({});
const template = z.object({ spec: podSpec }).prefault({});

export const replicaSetSchema = z
  .object({ metadata, spec: z.object({ template }).prefault({}), status: z.object({ conditions }).prefault({}) })
  .transform(({ metadata: about, spec, status }): ObservedReplicaSet => ({
    ...facts(about),
    revision: about.annotations[REVISION] ?? "",
    images: spec.template.spec,
    conditions: status.conditions,
  }));

const end = z.object({ exitCode: count, reason: text, message: text });
const state = z
  .object({
    waiting: z.object({ reason: text, message: text }).optional(),
    running: z.unknown().optional(),
    terminated: end.optional(),
  })
  .prefault({});

const container = z
  .object({
    ...{ name: z.string(), image: text, ready: z.boolean().default(false), restartCount: count },
    ...{ state, lastState: state },
  })
  .transform((status): ObservedContainer => ({
    ...{ name: status.name, image: status.image, ready: status.ready, restarts: status.restartCount },
    running: status.state.running !== undefined,
    waiting: status.state.waiting,
    ended: (status.state.terminated ?? status.lastState.terminated) satisfies ContainerEnd | undefined,
  }));
const containers = z.array(container).default([]);

export const podSchema = z
  .object({
    metadata,
    spec: podSpec,
    status: z
      .object({
        ...{ phase: text, reason: text, message: text, conditions },
        ...{ initContainerStatuses: containers, containerStatuses: containers },
      })
      .prefault({}),
  })
  .transform(({ metadata: about, spec, status }): ObservedPod => ({
    ...facts(about),
    createdMs: about.creationTimestamp,
    images: spec,
    leaving: about.deletionTimestamp !== undefined,
    ...{ phase: status.phase, reason: status.reason, message: status.message, conditions: status.conditions },
    containers: [...status.initContainerStatuses, ...status.containerStatuses],
  }));

export const jobSchema = z
  .object({
    metadata,
    spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.object({ image: text })) }) }) }),
    status: z.object({ conditions }).prefault({}),
  })
  .transform(({ metadata: about, spec, status }): ObservedJob => ({
    ...facts(about),
    createdMs: about.creationTimestamp,
    images: spec.template.spec.containers.map(({ image }) => image),
    conditions: status.conditions,
  }));

const optionalTime = z.string().nullish();
export const eventSchema = z
  .object({
    involvedObject: z.object({ uid: text, kind: text, name: text }),
    ...{ reason: text, message: text, lastTimestamp: optionalTime, eventTime: optionalTime },
    metadata: z.object({ creationTimestamp: optionalTime }),
  })
  .transform(({ involvedObject, reason, message, lastTimestamp, eventTime, metadata: about }) => ({
    ...{ about: involvedObject.uid, object: `${involvedObject.kind}/${involvedObject.name}`, reason, message },
    atMs: Date.parse(lastTimestamp ?? eventTime ?? about.creationTimestamp ?? "") || 0,
  }));
