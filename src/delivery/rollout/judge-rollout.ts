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
    ready: begun ? readyOfNewest(workload, objects) : 0,
    wanted: workload.wanted,
  }));
  const problems = [
    ...migrationProblems(application, objects),
    ...missing.map(absent),
    ...(begun ? own.flatMap((workload) => workloadProblems(workload, objects)) : []),
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
function readyOfNewest(workload: ObservedWorkload, objects: RolloutObjects): number {
  if (!workload.observed) return 0;
  if (workload.kind === "DaemonSet") return workload.ready;
  return newestPods(workload, objects).filter((pod) => !pod.leaving && isReady(pod)).length;
}

function newestPods(workload: ObservedWorkload, { pods, replicaSets }: RolloutObjects): readonly ObservedPod[] {
  switch (workload.kind) {
    case "Deployment": {
      const sets = new Set(newestSets(workload, replicaSets).map(({ uid }) => uid));
      return pods.filter(({ owners }) => owners.some((owner) => sets.has(owner)));
    }
    case "StatefulSet":
      return pods.filter(
        ({ owners, labels }) =>
          owners.includes(workload.uid) && labels["controller-revision-hash"] === workload.updateRevision,
      );
    case "DaemonSet":
      // Which of its revisions is the newest, it does not say.
      return pods.filter(({ owners }) => owners.includes(workload.uid));
  }
}

function newestSets(workload: ObservedWorkload, replicaSets: RolloutObjects["replicaSets"]) {
  return replicaSets.filter(({ owners, revision }) => owners.includes(workload.uid) && revision === workload.revision);
}

function workloadProblems(workload: ObservedWorkload, objects: RolloutObjects): readonly ObservedProblem[] {
  if (isDone(workload)) return [];
  const { kind, name, conditions } = workload;
  const object = `${kind}/${name}`;
  const pods = newestPods(workload, objects);
  const problems = [
    ...creationProblems(workload, objects, pods.length).map((problem) => ({ object, ...problem })),
    ...pods.flatMap((pod) => podProblems(pod, objects.events)),
  ];
  if (problems.length > 0) return problems;
  const late = conditions.find(({ type, status }) => type === "Progressing" && status === "False");
  if (late === undefined) return [];
  return [
    { code: "deadline", object, text: `it made no progress within its deadline: ${late.message || late.reason}` },
  ];
}

/** A ReplicaSet says itself why it cannot create pods, as long as it cannot; of the others there are events alone. */
function creationProblems(workload: ObservedWorkload, { replicaSets, events }: RolloutObjects, pods: number) {
  if (workload.kind === "Deployment") {
    return newestSets(workload, replicaSets).flatMap(({ conditions }) =>
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
    return others.length === 0 ? [first] : [{ ...first, text: `${first.text} (and ${others.length} more like it)` }];
  });
}
