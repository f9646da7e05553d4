import { absent, at, below, shown } from "../kubernetes/fields.ts";
import { kindOf, type ObjectKind } from "../kubernetes/objects.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { CHART_TYPE } from "../urn.ts";

/** An annotation of the Kubernetes provider, and what of it makes a roll-out count before it is done. */
interface WaitAnnotation {
  readonly name: string;
  readonly weakens: (value: string, of: ObjectKind) => boolean;
  readonly expected: string;
}

const ANNOTATIONS: readonly WaitAnnotation[] = [
  {
    name: "pulumi.com/skipAwait",
    // Each new Service costs ten seconds of watching endpoints, an Ingress waits for an address that not every
    // controller reports; the workloads behind both are waited for anyway.
    weakens: (value, of) => value !== "false" && !isServiceOrIngress(of),
    expected: "left out: only Services and Ingresses need not be waited for",
  },
  {
    name: "pulumi.com/waitFor",
    // It stands in the place of the provider's own waiting, where that exists; and on an update the status of the
    // generation before satisfies it.
    weakens: (_value, { group }) => !group.includes("."),
    expected: "left out: the provider knows when an object of this kind is ready",
  },
  {
    name: "pulumi.com/timeoutSeconds",
    weakens: (value) => !/^[1-9][0-9]*$/.test(value),
    expected: "a number of seconds above 0",
  },
  {
    name: "pulumi.com/deletionPropagationPolicy",
    // Pods that nobody deletes go on with the version before.
    weakens: (value) => value.toLowerCase() === "orphan",
    expected: "foreground or background: what belongs to the object goes with it",
  },
];

export const noSkippedAwait: Rule = {
  id: "no-skipped-await",
  title: "an update waits until what it changed is ready",
  why: "a roll-out that nobody waits for counts as done while it fails, and is promoted",
  fix: "take the annotation (or the chart's skipAwait) away, or raise the application's timeouts",
  level: "mandatory",
  exemptible: true,
  check: (resource) => [...refuseChart(resource), ...refuseAnnotations(resource)],
};

function isServiceOrIngress({ group, kind }: ObjectKind): boolean {
  return (group === "" && kind === "Service") || (group === "networking.k8s.io" && kind === "Ingress");
}

function refuseChart({ type, props }: JudgedResource): Violation[] {
  if (type !== CHART_TYPE || absent(props["skipAwait"]) || props["skipAwait"] === false) return [];
  return [{ path: "skipAwait", found: shown(props["skipAwait"]), expected: "false, or left out" }];
}

function refuseAnnotations(resource: JudgedResource): Violation[] {
  const kind = kindOf(resource);
  return ANNOTATIONS.flatMap(({ name, weakens, expected }) => {
    const value = at(resource.props, "metadata", "annotations", name);
    if (absent(value) || !weakens(typeof value === "string" ? value : shown(value), kind)) return [];
    return [{ path: below("metadata.annotations", name), found: shown(value), expected }];
  });
}
