import type { Container } from "../kubernetes/containers.ts";
import { absent, at, shown } from "../kubernetes/fields.ts";
import type { Violation } from "../rule.ts";

/** A pod, or what pods are made from, with paths from the resource's root. */
export interface SecuredPod {
  readonly metadata: unknown;
  readonly metadataPath: string;
  readonly spec: unknown;
  readonly specPath: string;
  readonly containers: readonly Container[];
}

/** One control of the standard: every place of the pod that breaks it. */
export type Control = (pod: SecuredPod) => readonly Violation[];

/** A securityContext, of the pod or of one container. */
export interface SecurityContext {
  readonly owner: "pod" | "container";
  readonly path: string;
  readonly fields: unknown;
}

export function podContext({ spec, specPath }: SecuredPod): SecurityContext {
  return { owner: "pod", path: joined(specPath, "securityContext"), fields: at(spec, "securityContext") };
}

export function containerContext({ path, fields }: Container): SecurityContext {
  return { owner: "container", path: `${path}.securityContext`, fields: at(fields, "securityContext") };
}

/** The pod's own and each container's. */
export function securityContexts(pod: SecuredPod): readonly SecurityContext[] {
  return [podContext(pod), ...pod.containers.map(containerContext)];
}

/** A field that may be left out or false, and nothing else. */
export function refuseSet(path: string, value: unknown): readonly Violation[] {
  return absent(value) || value === false ? [] : [{ path, found: shown(value), expected: "false, or left out" }];
}

/** A field that may be left out, or one of a few. */
export function refuseOther(path: string, value: unknown, allowed: readonly string[]): readonly Violation[] {
  if (absent(value) || (typeof value === "string" && allowed.includes(value))) return [];
  return [{ path, found: shown(value), expected: `${allowed.filter(Boolean).join(", ")}, or left out` }];
}

export function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Kubernetes 1.25: a pod that says it is for Windows cannot have the fields of Linux. */
export function isForWindows({ spec }: SecuredPod): boolean {
  return at(spec, "os", "name") === "windows";
}

/** Kubernetes 1.35: in a user namespace, root of the container is nobody on the node. */
export function isInUserNamespace({ spec }: SecuredPod): boolean {
  return at(spec, "hostUsers") === false;
}
