import { containersOf, type Container } from "../kubernetes/containers.ts";
import { absent, at, shown } from "../kubernetes/fields.ts";
import { kindOf } from "../kubernetes/objects.ts";
import { findPods } from "../kubernetes/pod-finder.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";

const PROBES = ["livenessProbe", "readinessProbe"] as const;
const ACTIONS = ["exec", "httpGet", "tcpSocket", "grpc"];

/** Workloads that run to an end are asked for nothing: their exit code says how they are. */
export const workloadProbes: Rule = {
  id: "workload-probes",
  title: "long-running containers say whether they live and whether they are ready",
  why: "without them a roll-out that serves errors counts as done, and a container that hangs stays",
  fix: "give the container a livenessProbe and a readinessProbe (applications of the catalogue: `probes`)",
  level: "mandatory",
  exemptible: true,
  check: (resource) =>
    runsToAnEnd(resource) ? [] : findPods(resource).flatMap((pod) => containersOf(pod).flatMap(refuseProbes)),
};

/** Jobs and CronJobs: there is nothing else in that group. */
function runsToAnEnd(resource: JudgedResource): boolean {
  return kindOf(resource).group === "batch";
}

function refuseProbes({ kind, path, fields }: Container): Violation[] {
  return probesOf(kind).flatMap((name) => {
    const probe = at(fields, name);
    if (ACTIONS.some((action) => !absent(at(probe, action)))) return [];
    const expected = `a ${name} with one of ${ACTIONS.join(", ")}`;
    return [{ path: `${path}.${name}`, found: shown(probe), expected }];
  });
}

/**
 * A sidecar's readiness is not asked for: it takes the whole pod out of service, and most sidecars (log shippers,
 * proxies of outgoing traffic) serve none of it. An init container ends, an ephemeral one is somebody debugging.
 */
function probesOf(kind: Container["kind"]): readonly (typeof PROBES)[number][] {
  switch (kind) {
    case "ordinary":
      return PROBES;
    case "sidecar":
      return ["livenessProbe"];
    case "init":
    case "ephemeral":
      return [];
  }
}
