import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { workloadKey, type NamespacedWorkload, type WorkloadState } from "../model/deployed-stage.ts";
import { accepted, andThen, combineAll, type Outcome } from "../model/refusal.ts";
import { askKubectl, type ClusterAccess } from "./kubectl.ts";
import { Slots } from "./slots.ts";
import { workloadSchema } from "./workload-state.ts";

export interface WorkloadQuestion extends ClusterAccess {
  readonly workloads: readonly NamespacedWorkload[];
}

const DEADLINE_SECONDS = 30;
const AT_ONCE = 4;
/** Of the API group too: another one may have a kind of the same name. */
const RESOURCES = { Deployment: "deployments.apps", StatefulSet: "statefulsets.apps", DaemonSet: "daemonsets.apps" };

const listSchema = z.object({ items: z.array(workloadSchema) });

/** How these workloads are in the cluster now; one that is not there is left out. */
export async function readWorkloads(question: WorkloadQuestion): Promise<Outcome<readonly WorkloadState[]>> {
  const { workloads, ...access } = question;
  const slots = new Slots(AT_ONCE);
  const asked = new Set(workloads.map(workloadKey));
  const namespaces = Map.groupBy(workloads, ({ namespace }) => namespace);
  // One list of each namespace: asked by name, kubectl would fetch them one after the other.
  const lists = [...namespaces].map(([namespace, own]) => {
    const kinds = [...new Set(own.map(({ kind }) => RESOURCES[kind]))].join(",");
    const words = ["get", kinds, "--namespace", namespace];
    return slots.use(() => askKubectl(words, listSchema, { deadlineSeconds: DEADLINE_SECONDS, ...access }));
  });
  return andThen(combineAll(await Promise.all(lists)), (read) =>
    accepted(read.flatMap(({ items }) => items.filter((item) => asked.has(workloadKey(item))))),
  );
}

/** How long an old replica is waited for: `pulumi up` ends when the new ones are ready, not when the last old one went. */
const SETTLING_MS = 15_000;
const BETWEEN_LOOKS_MS = 500;

/** The same, looked at again while something of it is likely to pass by itself. */
export async function readSettledWorkloads(question: WorkloadQuestion): Promise<Outcome<readonly WorkloadState[]>> {
  const endMs = Date.now() + SETTLING_MS;
  for (;;) {
    const read = await readWorkloads(question);
    const settles =
      read.kind === "accepted" && read.value.some(({ problem, settling }) => problem !== undefined && settling);
    if (!settles || Date.now() >= endMs) return read;
    await wait(BETWEEN_LOOKS_MS, undefined, question.signal === undefined ? {} : { signal: question.signal });
  }
}
