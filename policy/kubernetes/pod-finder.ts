import { isRecord } from "../../src/model/json.ts";
import type { JudgedResource } from "../rule.ts";
import { isClusterObject } from "../urn.ts";
import { at, below, listAt } from "./fields.ts";

/** A pod, or what pods are made from: anything that holds lists of containers. Paths are from the resource's root. */
export interface FoundPod {
  readonly spec: unknown;
  readonly specPath: string;
  /** Beside the spec; undefined where there is none. */
  readonly metadata: unknown;
  readonly metadataPath: string;
}

/** An OCI image as a volume (Kubernetes 1.31). */
export interface ImageVolume {
  readonly path: string;
  readonly reference: unknown;
}

export interface FoundPods {
  readonly pods: readonly FoundPod[];
  readonly imageVolumes: readonly ImageVolume[];
}

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];
/** Of the object itself: no pod is made from them, and previews do not always know their values. */
const OPAQUE = ["metadata", "status", "data", "stringData", "binaryData"];
/** Of a container: the same. */
const OPAQUE_IN_CONTAINERS = ["env", "envFrom", "command", "args"];

const found = new WeakMap<JudgedResource, FoundPods>();

/**
 * Every pod of an object, whatever its kind: of Pod, PodTemplate, Deployment, StatefulSet, DaemonSet, ReplicaSet,
 * ReplicationController, Job, CronJob, an Argo Rollout, Lists of these, and of everything else that holds an array
 * `containers`, `initContainers` or `ephemeralContainers` at any depth.
 */
export function findPods(resource: JudgedResource): readonly FoundPod[] {
  return search(resource).pods;
}

export function findImageVolumes(resource: JudgedResource): readonly ImageVolume[] {
  return search(resource).imageVolumes;
}

/** Once per resource: many rules ask. */
function search(resource: JudgedResource): FoundPods {
  const known = found.get(resource);
  if (known !== undefined) return known;
  const pods = isClusterObject(resource) ? searchObject(resource.props) : { pods: [], imageVolumes: [] };
  found.set(resource, pods);
  return pods;
}

interface Step {
  readonly value: unknown;
  readonly path: string;
  readonly parent: unknown;
  readonly parentPath: string;
  /** Keys that are not looked into. */
  readonly opaque: readonly string[];
}

/** Without recursion: an object may be nested as deep as anyone likes. */
function searchObject(props: unknown): FoundPods {
  const pods: FoundPod[] = [];
  const imageVolumes: ImageVolume[] = [];
  const steps: Step[] = [{ value: props, path: "", parent: undefined, parentPath: "", opaque: OPAQUE }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (isRecord(step.value)) {
      if (holdsContainers(step.value)) pods.push(toPod(step));
      imageVolumes.push(...volumesOf(step.value, step.path));
    }
    // Last in, first out: what stands first in the object is found first.
    steps.push(...stepsInto(step).toReversed());
  }
  return { pods, imageVolumes };
}

function stepsInto({ value, path, parent, parentPath, opaque }: Step): Step[] {
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.map((element, index) => ({
      value: element,
      path: `${path}[${index}]`,
      parent,
      parentPath,
      opaque,
    }));
  }
  if (!isRecord(value)) return [];
  return Object.keys(value)
    .filter((key) => !opaque.includes(key))
    .map((key) => ({
      value: value[key],
      path: below(path, key),
      parent: value,
      parentPath: path,
      opaque: CONTAINER_LISTS.includes(key) ? OPAQUE_IN_CONTAINERS : [],
    }));
}

function holdsContainers(value: Readonly<Record<string, unknown>>): boolean {
  return CONTAINER_LISTS.some((list) => Object.hasOwn(value, list) && Array.isArray(value[list]));
}

function toPod({ value, path, parent, parentPath }: Step): FoundPod {
  return {
    spec: value,
    specPath: path,
    // Read when it is asked for: the images of a pod without a known name are known.
    get metadata() {
      return at(parent, "metadata");
    },
    metadataPath: below(parentPath, "metadata"),
  };
}

function volumesOf(value: Readonly<Record<string, unknown>>, path: string): ImageVolume[] {
  if (!Object.hasOwn(value, "volumes")) return [];
  return listAt(value, "volumes").flatMap((volume, index) => {
    const image = at(volume, "image");
    if (!isRecord(image)) return [];
    return [{ path: `${below(path, "volumes")}[${index}].image.reference`, reference: image["reference"] }];
  });
}
