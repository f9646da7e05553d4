import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import type { AdmissionList, AdmissionPlan, AdmissionPolicy } from "../model/admission.ts";
import { hexOf } from "../model/digest.ts";

export interface AdmissionArgs {
  readonly project: string;
  readonly stage: string;
  readonly plan: AdmissionPlan;
  /** What must be there before an object of a namespace. */
  readonly dependenciesOf: (namespace: string) => Resource[];
}

/**
 * What makes the cluster refuse a pod whose image is not the stage's: a list of digests in each namespace, and policies
 * that read it. A fixed number of objects and one per namespace, however many applications there are.
 */
export class Admission extends ComponentResource {
  constructor(name: string, args: AdmissionArgs, options: ComponentResourceOptions) {
    const { project, stage, plan } = args;
    const images = Object.fromEntries(plan.lists.map((list) => [list.namespace, toData(list)]));
    super("lockstep:index:Admission", name, { project, stage, images }, options);
    const labels = { "lockstep.dev/project": project, "lockstep.dev/stage": stage };
    const lists = plan.lists.map((list) => this.createList(list, plan.listName, labels, args.dependenciesOf));
    // A stage without namespaces has nothing to judge.
    if (lists.length > 0) for (const policy of plan.policies) this.createPolicy(policy, plan, labels, lists);
    this.registerOutputs({});
  }

  private createList(
    list: AdmissionList,
    name: string,
    labels: Readonly<Record<string, string>>,
    dependenciesOf: AdmissionArgs["dependenciesOf"],
  ): Resource {
    const { namespace } = list;
    const metadata = { name, namespace, labels: { ...labels } };
    return new ConfigMap(
      `${namespace}-images`,
      { metadata, data: toData(list) },
      { parent: this, dependsOn: dependenciesOf(namespace) },
    );
  }

  private createPolicy(
    policy: AdmissionPolicy,
    plan: AdmissionPlan,
    labels: Readonly<Record<string, string>>,
    lists: Resource[],
  ): void {
    const metadata = { name: `${plan.name}-${policy.id}`, labels: { ...labels } };
    const created = new ValidatingAdmissionPolicy(policy.id, { metadata, spec: toSpec(policy) }, { parent: this });
    // By name, which nobody can give to another namespace, unlike a label.
    const values = plan.lists.map(({ namespace }) => namespace);
    const namespaceSelector = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] };
    const paramRef = { name: plan.listName, parameterNotFoundAction: "Deny" };
    const spec = {
      policyName: metadata.name,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector },
      ...(policy.readsList ? { paramRef } : {}),
    };
    // Lists first: from the moment that a policy is bound, a namespace without one runs nothing.
    const options = { parent: this, dependsOn: [created, ...lists] };
    new ValidatingAdmissionPolicyBinding(policy.id, { metadata, spec }, options);
  }
}

function toData({ digests }: AdmissionList): Record<string, string> {
  return Object.fromEntries([...digests].map(([digest, text]) => [`sha256.${hexOf(digest)}`, text]));
}

function toSpec({ judges, condition, variables, validations, readsList }: AdmissionPolicy) {
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: judges.map(({ resource, operations }) => ({
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: [resource],
        operations: [...operations],
      })),
    },
    variables: Object.entries(variables).map(([name, expression]) => ({ name, expression })),
    validations: validations.map(({ expression, message }) => ({ expression, messageExpression: message })),
    ...(condition === undefined ? {} : { matchConditions: [{ name: "concerned", expression: condition }] }),
    ...(readsList ? { paramKind: { apiVersion: "v1", kind: "ConfigMap" } } : {}),
  };
}
