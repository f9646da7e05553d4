import type {
  ObservedContainer,
  ObservedEvent,
  ObservedJob,
  ObservedPod,
  ObservedReplicaSet,
  ObservedWorkload,
  RolloutObjects,
} from "../../../src/model/rollout-objects.ts";
import { isDigest, type Digest } from "../../../src/model/digest.ts";

/** A Deployment with two good pods of its newest ReplicaSet; tests break one thing of it. */
export const NAMESPACE = "ehealth-inttest";
export const IMAGE = toDigest("a");
export const OTHER_IMAGE = toDigest("b");
const IMAGES = [`r.example.com/portal:1@${IMAGE}`];

const facts = (name: string) => ({ uid: `uid-${name}`, name, namespace: NAMESPACE, labels: {}, owners: [] });

export function toDigest(digit: string): Digest {
  const digest = `sha256:${digit.repeat(64)}`;
  if (!isDigest(digest)) throw new Error(digest);
  return digest;
}

export function workload(changes: Partial<ObservedWorkload> = {}): ObservedWorkload {
  return {
    ...facts("portal"),
    ...{ kind: "Deployment", labels: { "app.kubernetes.io/name": "portal" } },
    ...{
      images: [`r.example.com/portal:1@${IMAGE}`],
      problem: undefined,
      settling: false,
      availableSinceMs: undefined,
    },
    ...{ observed: true, wanted: 2, ready: 2, revision: "7", updateRevision: "", conditions: [] },
    ...changes,
  };
}

export function replicaSet(changes: Partial<ObservedReplicaSet> = {}): ObservedReplicaSet {
  return { ...facts("portal-7"), owners: ["uid-portal"], revision: "7", images: IMAGES, conditions: [], ...changes };
}

export const READY = { type: "Ready", status: "True", reason: "", message: "" };

export function pod(name: string, changes: Partial<ObservedPod> = {}): ObservedPod {
  return {
    ...{ ...facts(name), owners: ["uid-portal-7"], images: IMAGES, createdMs: 0, leaving: false },
    ...{ phase: "Running", reason: "", message: "", conditions: [READY], containers: [container({ ready: true })] },
    ...changes,
  };
}

/** One that runs and is not ready yet. */
export function container(changes: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    ...{ name: "server", image: "r.example.com/portal:1", ready: false, running: true },
    ...{ restarts: 0, waiting: undefined, ended: undefined },
    ...changes,
  };
}

export function waiting(reason: string, message = ""): ObservedContainer {
  return container({ running: false, waiting: { reason, message } });
}

export function job(changes: Partial<ObservedJob> = {}): ObservedJob {
  return {
    ...facts("portal-migrate-aaaaaaaaaa"),
    labels: { "app.kubernetes.io/name": "portal", "app.kubernetes.io/component": "migration" },
    ...{ createdMs: 0, images: [`r.example.com/portal:1@${IMAGE}`], conditions: [] },
    ...changes,
  };
}

export function warning(about: string, reason: string, message: string): ObservedEvent {
  return { about: `uid-${about}`, object: `Pod/${about}`, reason, message };
}

export function objects(changes: Partial<RolloutObjects> = {}): RolloutObjects {
  return {
    ...{ workloads: [workload()], replicaSets: [replicaSet()], pods: [pod("a"), pod("b")], jobs: [], events: [] },
    ...changes,
  };
}
