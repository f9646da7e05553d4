import { containersOf } from "../kubernetes/containers.ts";
import { findPods } from "../kubernetes/pod-finder.ts";
import { hostAccess } from "../pod-security/host-access.ts";
import { privileges } from "../pod-security/privileges.ts";
import { profiles } from "../pod-security/profiles.ts";
import type { Rule } from "../rule.ts";

const CONTROLS = [...hostAccess, ...privileges, ...profiles];

/**
 * Kubernetes' Pod Security Standards, profile "restricted" with all of "baseline", as Kubernetes 1.36 decides it
 * (k8s.io/pod-security-admission v0.36, policy/check_*.go). A broken control that two profiles ask for is one violation.
 */
export const workloadSecurity: Rule = {
  id: "workload-security",
  title: "every pod keeps to Kubernetes' restricted pod security standard",
  why: "a process that breaks out of a container with more rights than it needs has the node and its neighbours",
  fix: "set what is expected (kubernetes.io/docs/concepts/security/pod-security-standards, Restricted)",
  level: "mandatory",
  exemptible: true,
  check: (resource) =>
    findPods(resource).flatMap((pod) => {
      const secured = { ...pod, containers: containersOf(pod) };
      return CONTROLS.flatMap((control) => control(secured));
    }),
};
