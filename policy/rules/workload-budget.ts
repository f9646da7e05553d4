import type { ApplicationRule, ObjectViolation } from "../application-rule.ts";
import { absent, at, shown } from "../kubernetes/fields.ts";
import { selects } from "../kubernetes/label-selector.ts";
import { isReplicated, kindOf, podLabels } from "../kubernetes/objects.ts";
import type { JudgedResource } from "../rule.ts";

/** How many pods a workload has at least, and who says so. */
interface Workload {
  readonly resource: JudgedResource;
  readonly replicas: number;
  /** Neither the workload nor an autoscaler says a number. */
  readonly unsaid: boolean;
}

export const workloadBudget: ApplicationRule = {
  id: "workload-budget",
  title: "every replicated workload has a disruption budget that lets nodes be drained",
  why: "without one a drained node may take all pods at once; with one that allows nothing it cannot be drained",
  fix: "add a PodDisruptionBudget that selects the workload's pods, with maxUnavailable: 1",
  level: "mandatory",
  exemptible: true,
  check: (objects, { loaded }) => {
    const { minReplicas, disruptionBudget } = loaded.definition.availability;
    const budgets = objects.filter((resource) => kindOf(resource).kind === "PodDisruptionBudget");
    return objects
      .filter(isReplicated)
      .map((resource) => toWorkload(resource, objects))
      .flatMap((workload) => [
        ...refuseUnsaid(workload, minReplicas),
        ...refuseBudgets(workload, budgets, disruptionBudget),
      ]);
  },
};

function toWorkload(resource: JudgedResource, objects: readonly JudgedResource[]): Workload {
  const said = [at(resource.props, "spec", "replicas"), ...autoscalers(resource, objects)].filter(
    (replicas) => typeof replicas === "number",
  );
  return { resource, replicas: Math.min(...(said.length === 0 ? [1] : said)), unsaid: said.length === 0 };
}

/** The least numbers that autoscalers of this workload name; where one names none, the API server says 1. */
function autoscalers({ props }: JudgedResource, objects: readonly JudgedResource[]): readonly unknown[] {
  return objects
    .filter(
      (other) =>
        kindOf(other).kind === "HorizontalPodAutoscaler" &&
        at(other.props, "spec", "scaleTargetRef", "kind") === props["kind"] &&
        at(other.props, "spec", "scaleTargetRef", "name") === at(props, "metadata", "name") &&
        at(other.props, "metadata", "namespace") === at(props, "metadata", "namespace"),
    )
    .map(({ props: { spec } }) => at(spec, "minReplicas") ?? 1);
}

function refuseUnsaid({ resource, unsaid }: Workload, minReplicas: number): ObjectViolation[] {
  if (!unsaid || minReplicas <= 1) return [];
  return [
    {
      resource,
      path: "spec.replicas",
      found: "nothing, and no autoscaler of this workload: one replica",
      expected: `at least ${minReplicas}, as the stage asks for`,
      action: "set replicas, or add a HorizontalPodAutoscaler that names this workload",
    },
  ];
}

function refuseBudgets(
  { resource, replicas }: Workload,
  budgets: readonly JudgedResource[],
  asked: boolean,
): ObjectViolation[] {
  const ours = budgets.filter(
    ({ props }) =>
      at(props, "metadata", "namespace") === at(resource.props, "metadata", "namespace") &&
      selects(at(props, "spec", "selector"), podLabels(resource)),
  );
  if (ours.length > 0) return ours.flatMap((budget) => refuseBlocking(budget, replicas));
  if (!asked || replicas <= 1) return [];
  return [{ resource, path: "", found: "no PodDisruptionBudget that selects its pods", expected: "one" }];
}

/** Of a single pod, a budget that allows no eviction is the same as one that allows one: only its own words count. */
function refuseBlocking(budget: JudgedResource, replicas: number): ObjectViolation[] {
  const maxUnavailable = at(budget.props, "spec", "maxUnavailable");
  const minAvailable = at(budget.props, "spec", "minAvailable");
  const blocked = [
    ...(absent(maxUnavailable) || toPods(maxUnavailable, replicas) > 0
      ? []
      : [["maxUnavailable", maxUnavailable, "above 0"] as const]),
    ...(absent(minAvailable) || toPods(minAvailable, replicas) < replicas
      ? []
      : [["minAvailable", minAvailable, `below the ${replicas} replicas`] as const]),
    // What the API server fills in where neither is named.
    ...(absent(maxUnavailable) && absent(minAvailable) && replicas <= 1
      ? [["minAvailable", "nothing, which means 1", "below the replicas"] as const]
      : []),
  ];
  return blocked.map(([field, found, expected]) => ({
    resource: budget,
    path: `spec.${field}`,
    found: `${shown(found)}: no pod may ever be evicted`,
    expected,
  }));
}

/** A number, or a part of the replicas in per cent, rounded up as the controller does. What is neither allows nothing. */
function toPods(value: unknown, replicas: number): number {
  if (typeof value === "number") return value;
  const percent = /^([0-9]{1,3})%$/.exec(typeof value === "string" ? value : "")?.[1];
  return percent === undefined ? NaN : Math.ceil((Number(percent) * replicas) / 100);
}
