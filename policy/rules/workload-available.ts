import { absent, at, shown } from "../kubernetes/fields.ts";
import { isReplicated, kindOf } from "../kubernetes/objects.ts";
import type { Rule, Violation } from "../rule.ts";

/**
 * Workloads that leave their number to a HorizontalPodAutoscaler say nothing here: `workload-budget` sees both, and
 * asks that there is one. DaemonSets have as many pods as there are nodes.
 */
export const workloadAvailable: Rule = {
  id: "workload-available",
  title: "every workload has as many replicas as the stage asks for",
  why: "with fewer pods a node that is drained or lost takes the application down",
  fix: "raise `replicas` in the application's settings, or the minReplicas of its autoscaler",
  level: "mandatory",
  exemptible: true,
  check: (resource, { loaded }) => {
    const { minReplicas } = loaded.definition.availability;
    if (isReplicated(resource)) {
      const replicas = at(resource.props, "spec", "replicas");
      return absent(replicas) ? [] : refuseFewer("spec.replicas", replicas, minReplicas);
    }
    if (kindOf(resource).kind !== "HorizontalPodAutoscaler") return [];
    // As the API server fills in.
    return refuseFewer("spec.minReplicas", at(resource.props, "spec", "minReplicas") ?? 1, minReplicas);
  },
};

function refuseFewer(path: string, found: unknown, minReplicas: number): Violation[] {
  if (typeof found === "number" && found >= minReplicas) return [];
  return [{ path, found: shown(found), expected: `at least ${minReplicas}, as the stage asks for` }];
}
