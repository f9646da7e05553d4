import { z } from "zod";
import { accepted, andThen, combineAll, type Outcome } from "../../model/refusal.ts";
import type { ObservedEvent, RolloutObjects } from "../../model/rollout-objects.ts";
import { askKubectl, type ClusterAccess } from "../kubectl.ts";
import { Slots } from "../slots.ts";
import { eventSchema, jobSchema, observedWorkloadSchema, podSchema, replicaSetSchema } from "./object-schemas.ts";

const DEADLINE_SECONDS = 30;
const AT_ONCE = 4;
const RESOURCES = "deployments.apps,statefulsets.apps,daemonsets.apps,replicasets.apps,jobs.batch,pods";

const KEYS = {
  ...{ Deployment: "workloads", StatefulSet: "workloads", DaemonSet: "workloads" },
  ...{ ReplicaSet: "replicaSets", Pod: "pods", Job: "jobs" },
} as const;
type Kind = keyof typeof KEYS;

/** One that cannot be read is not left out: nobody would see what is wrong with it. */
const listSchema = z
  .object({ items: z.array(z.looseObject({ kind: z.enum(Object.keys(KEYS) as Kind[]) })) })
  .transform(({ items }): Objects => {
    const of = (key: (typeof KEYS)[Kind]) => items.filter(({ kind }) => KEYS[kind] === key);
    return {
      workloads: z.array(observedWorkloadSchema).parse(of("workloads")),
      replicaSets: z.array(replicaSetSchema).parse(of("replicaSets")),
      pods: z.array(podSchema).parse(of("pods")),
      jobs: z.array(jobSchema).parse(of("jobs")),
    };
  });
const eventsSchema = z.object({ items: z.array(eventSchema) });

type Objects = Omit<RolloutObjects, "events">;

/** What there is in these namespaces now; an empty one where a namespace is not there. */
export async function readRolloutObjects(
  namespaces: readonly string[],
  access: ClusterAccess,
): Promise<Outcome<RolloutObjects>> {
  const slots = new Slots(AT_ONCE);
  const patient = { deadlineSeconds: DEADLINE_SECONDS, ...access };
  const read = await Promise.all(
    [...new Set(namespaces)].map((namespace) => slots.use(() => readNamespace(namespace, patient))),
  );
  return andThen(combineAll(read), (all) =>
    accepted({
      workloads: all.flatMap(({ workloads }) => workloads),
      replicaSets: all.flatMap(({ replicaSets }) => replicaSets),
      pods: all.flatMap(({ pods }) => pods),
      jobs: all.flatMap(({ jobs }) => jobs),
      events: all.flatMap(({ events }) => events),
    }),
  );
}

async function readNamespace(namespace: string, access: ClusterAccess): Promise<Outcome<RolloutObjects>> {
  const objects = await askKubectl(["get", RESOURCES, "--namespace", namespace], listSchema, access);
  if (objects.kind === "refused") return objects;
  // Where all is well there is nothing to explain, and the events of a large namespace are many.
  if (isQuiet(objects.value)) return accepted({ ...objects.value, events: [] });
  const events = await readWarnings(namespace, access);
  return andThen(events, (found) => accepted({ ...objects.value, events: found }));
}

function isQuiet({ workloads, jobs }: Objects): boolean {
  return (
    workloads.every(({ problem, wanted }) => problem === undefined || wanted === 0) &&
    jobs.every(({ conditions }) => conditions.some(({ type, status }) => type === "Complete" && status === "True"))
  );
}

async function readWarnings(namespace: string, access: ClusterAccess): Promise<Outcome<readonly ObservedEvent[]>> {
  const words = ["get", "events", "--namespace", namespace, "--field-selector", "type=Warning"];
  const events = await askKubectl(words, eventsSchema, access);
  return andThen(events, ({ items }) => accepted(items.toSorted((left, right) => left.atMs - right.atMs)));
}
