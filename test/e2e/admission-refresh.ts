import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Clone } from "./clone.ts";

/**
 * Returns when the API server judges by the policies that are in the cluster now, and by no earlier ones. It takes them
 * up together, within a second or so: a policy of our own, written after all others, is in force no sooner than they.
 */
export async function policiesTakenUp(clone: Clone): Promise<void> {
  const name = `e2e-${randomBytes(4).toString("hex")}`;
  const kind = (what: string) => ({ apiVersion: "admissionregistration.k8s.io/v1", kind: what, metadata: { name } });
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] };
  const items = [
    {
      ...kind("ValidatingAdmissionPolicy"),
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: `object.metadata.name != "${name}"` }],
      },
    },
    { ...kind("ValidatingAdmissionPolicyBinding"), spec: { policyName: name, validationActions: ["Deny"] } },
  ];
  await clone.write("marker.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const file = ["--filename", `${clone.folder}/marker.json`];
  await clone.kubectl("create", ...file);
  try {
    await untilRefused(() => clone.kubectl("create", "configmap", name, "--namespace=default", "--dry-run=server"));
  } finally {
    await clone.kubectl("delete", ...file);
  }
}

/** What was said against it, once it is refused. */
async function untilRefused(attempt: () => Promise<unknown>): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const words = await attempt().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (words !== undefined) return words;
    await setTimeout(100);
  }
  return assert.fail("the API server does not take up a policy");
}
