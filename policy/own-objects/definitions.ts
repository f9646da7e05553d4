import type { CustomResourceKind } from "../../src/model/custom-resource.ts";
import { groupOf } from "../../src/model/kubernetes-groups.ts";
import { at, shown } from "../kubernetes/fields.ts";
import type { Violation } from "../rule.ts";

/** What is against a CustomResourceDefinition: a chart may define the application's own kinds, and change no others. */
export function refuseDefinition(props: unknown, declared: readonly CustomResourceKind[]): readonly Violation[] {
  if (at(props, "kind") !== "CustomResourceDefinition") return [];
  const [group, kind] = [at(props, "spec", "group"), at(props, "spec", "names", "kind")];
  const isDeclared = declared.some((one) => groupOf(one.apiVersion) === group && one.kind === kind);
  if (isDeclared) return [];
  const found = `${shown(kind)} of ${shown(group)}`;
  return [{ path: "spec", found, expected: "a kind of the application's customResources" }];
}
