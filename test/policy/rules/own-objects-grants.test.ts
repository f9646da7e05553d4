import { ownObjects } from "../../../policy/rules/own-objects.ts";
import { assertViolates } from "../harness/verdict.ts";
import { binding, declaring, NAMESPACE, role } from "./chart-objects.ts";

/** Rights that a chart would give: of the kinds that are declared. */
describe("own-objects, of roles and bindings", () => {
  for (const name of ["cluster-admin", "admin", "edit", "system:masters"]) {
    it(`refuses a binding to ${name}`, async () => {
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
      for (const kind of ["RoleBinding", "ClusterRoleBinding"])
        await assertViolates(ownObjects, binding(kind, { roleRef }), ["roleRef.name"], declaring);
    });
  }

  for (const [what, subject] of [
    ["a user", { kind: "User", name: "ben", namespace: NAMESPACE }],
    ["a group", { kind: "Group", name: "system:serviceaccounts" }],
    ["an account of another namespace", { kind: "ServiceAccount", name: "appointments", namespace: "kube-system" }],
    ["an account of no namespace", { kind: "ServiceAccount", name: "appointments" }],
  ] as const) {
    it(`refuses a binding of ${what}`, async () => {
      const subjects = [{ kind: "ServiceAccount", name: "appointments", namespace: NAMESPACE }, subject];
      await assertViolates(ownObjects, binding("ClusterRoleBinding", { subjects }), ["subjects[1]"], declaring);
    });
  }

  for (const [what, rule] of [
    ["everything", { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    ["roles", { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["escalate"] }],
    ["admission", { apiGroups: ["admissionregistration.k8s.io"], resources: ["*"], verbs: ["patch"] }],
    ["other people's names", { resources: ["users"], verbs: ["impersonate"] }],
  ] as const) {
    it(`refuses a role over ${what}`, async () => {
      await assertViolates(ownObjects, role("ClusterRole", rule), ["rules[0]"], declaring);
    });
  }

  it("refuses a role that becomes part of others, or is made of others", async () => {
    const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    await assertViolates(ownObjects, role("ClusterRole", {}, {}, { labels }), ["metadata.labels"], declaring);
    const fields = { aggregationRule: { clusterRoleSelectors: [] } };
    await assertViolates(ownObjects, role("ClusterRole", {}, fields), ["aggregationRule"], declaring);
  });
});
