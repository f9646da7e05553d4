import { groupOf } from "../../src/model/kubernetes-groups.ts";
import { absent, at, entriesAt, listAt, shown } from "../kubernetes/fields.ts";
import type { Violation } from "../rule.ts";

const RBAC = "rbac.authorization.k8s.io";
/** Whoever has one of these rules the cluster, or the namespace with everything in it. */
const POWERFUL_ROLES: ReadonlySet<unknown> = new Set(["cluster-admin", "admin", "edit"]);
const SYSTEM_ROLES = "system:";
/** It lets a server ask the API server who its callers are. */
const HARMLESS_ROLE = "system:auth-delegator";
/** Its rules are added to the roles of the same names, which other people have. */
const AGGREGATION = `${RBAC}/aggregate-to-`;
/** Who writes there can take every other right, or let in every image. */
const SELF_SERVICE: ReadonlySet<unknown> = new Set([RBAC, "admissionregistration.k8s.io", "*"]);
const READING: ReadonlySet<unknown> = new Set(["get", "list", "watch"]);

/** What is against a role or a binding that the catalogue declares: it gives rights to others, or too many. */
export function refuseGrant(props: unknown, namespace: string): readonly Violation[] {
  const apiVersion = at(props, "apiVersion");
  if (typeof apiVersion !== "string" || groupOf(apiVersion) !== RBAC) return [];
  switch (at(props, "kind")) {
    case "RoleBinding":
    case "ClusterRoleBinding":
      return [...refuseRoleRef(at(props, "roleRef", "name")), ...refuseSubjects(props, namespace)];
    default:
      return [...refuseRights(props), ...refuseAggregation(props)];
  }
}

function refuseRoleRef(name: unknown): readonly Violation[] {
  const isSystem = typeof name === "string" && name.startsWith(SYSTEM_ROLES) && name !== HARMLESS_ROLE;
  if (typeof name === "string" && !POWERFUL_ROLES.has(name) && !isSystem) return [];
  return [{ path: "roleRef.name", found: shown(name), expected: "a role that says what the application needs" }];
}

function refuseSubjects(props: unknown, namespace: string): readonly Violation[] {
  return listAt(props, "subjects").flatMap((subject, index) => {
    if (at(subject, "kind") === "ServiceAccount" && at(subject, "namespace") === namespace) return [];
    const found = ["kind", "namespace", "name"].map((key) => shown(at(subject, key))).join(" ");
    return [{ path: `subjects[${index}]`, found, expected: `a ServiceAccount of ${namespace}` }];
  });
}

function refuseRights(props: unknown): readonly Violation[] {
  return listAt(props, "rules").flatMap((rule, index) => {
    const [groups, verbs] = [listAt(rule, "apiGroups"), listAt(rule, "verbs")];
    const isSelfService = groups.some((group) => SELF_SERVICE.has(group)) && verbs.some((verb) => !READING.has(verb));
    if (!isSelfService && !verbs.includes("impersonate")) return [];
    const expected = "named API groups, none in which rights are given or admission is ruled, and nobody else's name";
    return [{ path: `rules[${index}]`, found: shown(rule), expected }];
  });
}

function refuseAggregation(props: unknown): readonly Violation[] {
  const labels = entriesAt(props, "metadata", "labels").filter(([key]) => key.startsWith(AGGREGATION));
  const expected = "left out: nobody else's role grows";
  return [
    ...labels.map(([found]) => ({ path: "metadata.labels", found, expected })),
    ...(absent(at(props, "aggregationRule"))
      ? []
      : [{ path: "aggregationRule", found: "roles of others", expected: "rules of its own" }]),
  ];
}
