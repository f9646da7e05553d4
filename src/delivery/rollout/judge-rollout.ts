import { workloadKey, type NamespacedWorkload, type WorkloadName } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import { MIGRATION_COMPONENT } from "../../model/migration-job.ts";
import type { ObservedPod, ObservedWorkload, RolloutObjects } from "../../model/rollout-objects.ts";
import type { ApplicationRollout } from "../../model/rollout.ts";
import { creationProblem } from "./creation-problem.ts";
import { jobProblems } from "./job-problems.ts";
import { isReady, podProblems, type ObservedProblem } from "./pod-problems.ts";

/** An application whose roll-out is looked at. */
export interface RolledApplication {
  readonly name: string;
  /** In the cluster. */
  readonly namespace: string;
  /**
   * What there must be, as the outputs of an update name it. Without it, what bears the application's name or image
   * counts: during an update, whose outputs are not there yet.
   */
  readonly workloads?: readonly WorkloadName[] | undefined;
  /** Of the pinned image: until a workload runs it, nothing is done. @default any version */
  readonly image?: Digest | undefined;
}

export interface JudgedRollout extends Omit<ApplicationRollout, "problems"> {
  readonly problems: readonly ObservedProblem[];
}

const NAME_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/instance"];
const COMPONENT_LABEL = "app.kubernetes.io/component";

/** How an application's roll-out stands, by what the cluster has. */
export function judgeRollout(application: RolledApplication, objects: RolloutObjects): JudgedRollout {
  const own = ownWorkloads(application, objects.workloads);
  const begun = application.image === undefined || own.some((workload) => runs(workload, application.image));
  const missing = (application.workloads ?? [])
    .map(({ kind, name }) => ({ kind, name, namespace: application.namespace }))
    .filter((named) => !own.some((workload) => workloadKey(workload) === workloadKey(named)));
  const there = own.map((workload) => ({
    ...named(workload),
    ready: begun ? readyOfNewest(workload, wanted(workload, application), objects) : 0,
    wanted: workload.wanted,
  }));
  const problems = [
    ...migrationProblems(application, objects),
    ...missing.map(absent),
    ...(begun ? own.flatMap((workload) => workloadProblems(workload, wanted(workload, application), objects)) : []),
  ];
  return {
    application: application.name,
    workloads: [...there, ...missing.map((workload) => ({ ...workload, ready: 0, wanted: 1 }))],
    done: begun && own.length > 0 && missing.length === 0 && own.every(isDone),
    problems: withoutRepetition(problems),
  };
}

function ownWorkloads(
  { name, namespace, workloads, image }: RolledApplication,
  all: readonly ObservedWorkload[],
): readonly ObservedWorkload[] {
  const here = all.filter((workload) => workload.namespace === namespace);
  if (workloads !== undefined)
    return here.filter((workload) => workloads.some((one) => one.kind === workload.kind && one.name === workload.name));
  return here.filter(
    (workload) => NAME_LABELS.some((label) => workload.labels[label] === name) || runs(workload, image),
  );
}

/**
 * What the workload's newest pods run. On the way back from a version that failed, its pods, its ReplicaSet and the
 * deadline that passed for it are there for a while, and say nothing of the version that comes.
 */
function wanted(workload: ObservedWorkload, { image }: RolledApplication): Digest | undefined {
  // One that is made of another image altogether, such as a cache beside the application, is judged as it is.
  return runs(workload, image) ? image : undefined;
}

function isOf(image: Digest | undefined, object: Pick<ObservedWorkload, "images">): boolean {
  return image === undefined || runs(object, image);
}

function runs({ images }: Pick<ObservedWorkload, "images">, image: Digest | undefined): boolean {
  return image !== undefined && images.some((reference) => reference.endsWith(`@${image}`));
}

function isDone({ problem, wanted, observed }: ObservedWorkload): boolean {
  return problem === undefined || (wanted === 0 && observed);
}

function named({ kind, name, namespace }: ObservedWorkload): NamespacedWorkload {
  return { kind, name, namespace };
}

function absent({ kind, name, namespace }: NamespacedWorkload): ObservedProblem {
  return { code: "other", object: `${kind}/${name}`, text: `it is not in the namespace ${namespace}` };
}

/** Old pods that still serve are no progress of the roll-out. */
function readyOfNewest(workload: ObservedWorkload, image: Digest | undefined, objects: RolloutObjects): number {
  if (!workload.observed) return 0;
  if (workload.kind === "DaemonSet" && image === undefined) return workload.ready;
  return newestPods(workload, image, objects).filter((pod) => !pod.leaving && isReady(pod)).length;
}

function newestPods(
  workload: ObservedWorkload,
  image: Digest | undefined,
  { pods, replicaSets }: RolloutObjects,
): readonly ObservedPod[] {
  switch (workload.kind) {
    case "Deployment": {
      const sets = new Set(newestSets(workload, image, replicaSets).map(({ uid }) => uid));
      return pods.filter(({ owners }) => owners.some((owner) => sets.has(owner)));
    }
    case "StatefulSet":
      return pods.filter(
        ({ owners, labels }) =>
          owners.includes(workload.uid) && labels["controller-revision-hash"] === workload.updateRevision,
      );
    case "DaemonSet":
      // Which of its revisions is the newest, it does not say.
      return pods.filter((pod) => pod.owners.includes(workload.uid) && isOf(image, pod));
  }
}

/** Until the controller has taken notice of another version, its newest ReplicaSet is that of the one before. */
function newestSets(
  workload: ObservedWorkload,
  image: Digest | undefined,
  replicaSets: RolloutObjects["replicaSets"],
): RolloutObjects["replicaSets"] {
  return replicaSets.filter(
    (set) => set.owners.includes(workload.uid) && set.revision === workload.revision && isOf(image, set),
  );
}

function workloadProblems(
  workload: ObservedWorkload,
  image: Digest | undefined,
  objects: RolloutObjects,
): readonly ObservedProblem[] {
  // What its controller says is of the version before, until it has seen this one.
  if (isDone(workload) || !workload.observed) return [];
  const object = `${workload.kind}/${workload.name}`;
  const pods = newestPods(workload, image, objects);
  const problems = [
    ...creationProblems(workload, image, objects, pods.length).map((problem) => ({ object, ...problem })),
    ...pods.flatMap((pod) => podProblems(pod, objects.events)),
  ];
  return problems.length > 0 ? problems : lateProblems(workload, image, objects);
}

const NAMED_SET = /\bReplicaSet "(?<name>[^"]*)"/;

/** A Deployment goes on saying that a ReplicaSet was too late until the next one makes progress (progress.go). */
function lateProblems(
  workload: ObservedWorkload,
  image: Digest | undefined,
  { replicaSets }: RolloutObjects,
): readonly ObservedProblem[] {
  const { kind, name, conditions } = workload;
  const late = conditions.find(({ type, status }) => type === "Progressing" && status === "False");
  if (late === undefined) return [];
  const about = NAMED_SET.exec(late.message)?.groups?.["name"];
  const newest = newestSets(workload, image, replicaSets);
  if (about !== undefined && !newest.some((set) => set.name === about)) return [];
  const text = `it made no progress within its deadline: ${late.message || late.reason}`;
  return [{ code: "deadline", object: `${kind}/${name}`, text }];
}

/** A ReplicaSet says itself why it cannot create pods, as long as it cannot; of the others there are events alone. */
function creationProblems(
  workload: ObservedWorkload,
  image: Digest | undefined,
  { replicaSets, events }: RolloutObjects,
  pods: number,
) {
  if (workload.kind === "Deployment") {
    return newestSets(workload, image, replicaSets).flatMap(({ conditions }) =>
      conditions
        .filter(({ type, status }) => type === "ReplicaFailure" && status === "True")
        .map(({ message }) => creationProblem(message)),
    );
  }
  const failed = events.findLast(({ about, reason }) => about === workload.uid && reason === "FailedCreate");
  return failed === undefined || pods >= workload.wanted ? [] : [creationProblem(failed.message)];
}

/** Of the version that is rolled out; a Job of another version may still be there, or was there before. */
function migrationProblems(
  { name, namespace, image }: RolledApplication,
  objects: RolloutObjects,
): readonly ObservedProblem[] {
  const jobs = objects.jobs.filter(
    ({ labels, ...job }) =>
      job.namespace === namespace &&
      labels["app.kubernetes.io/name"] === name &&
      labels[COMPONENT_LABEL] === MIGRATION_COMPONENT &&
      (image === undefined || runs(job, image)),
  );
  const newest = jobs.toSorted((left, right) => left.createdMs - right.createdMs).at(-1);
  return newest === undefined ? [] : jobProblems(newest, objects, "migration-failed", "the migration");
}

/** Ten pods of a workload tell the same ten times. */
function withoutRepetition(problems: readonly ObservedProblem[]): readonly ObservedProblem[] {
  const alike = Map.groupBy(problems, ({ code, text }) => `${code} ${text}`);
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    return [{ ...first, text: `${first.text} (and ${others.length} more like it)`, alike: others.length }];
  });
}
