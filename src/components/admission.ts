import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { ComponentResource, type ComponentResourceOptions, type Resource } from "@pulumi/pulumi";
import { LIST_ANNOTATION, renderList } from "../model/admission-list.ts";
import type { AdmissionList, AdmissionPlan, AdmissionPolicy } from "../model/admission.ts";

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
    const images = Object.fromEntries(plan.lists.map(({ namespace, digests }) => [namespace, renderList(digests)]));
    super("lockstep:index:Admission", name, { project, stage, images }, options);
    const labels = { "lockstep.dev/project": project, "lockstep.dev/stage": stage };
    this.createObjects(plan, labels, args.dependenciesOf);
    this.registerOutputs({});
  }

  private createObjects(
    plan: AdmissionPlan,
    labels: Readonly<Record<string, string>>,
    dependenciesOf: AdmissionArgs["dependenciesOf"],
  ): void {
    // A stage without namespaces has nothing to judge.
    if (plan.lists.length === 0) return;
    const readers = plan.policies.filter(({ readsList }) => readsList);
    const others = plan.policies.filter(({ readsList }) => !readsList);
    // The list's guard stands before the list, and goes after it.
    const guards = others.map((policy) => this.createPolicy(policy, plan, labels, []));
    const lists = plan.lists.map((list) =>
      this.createList(list, plan.listName, labels, [...dependenciesOf(list.namespace), ...guards]),
    );
    // From the moment that this one is bound, a namespace without a list runs nothing.
    for (const policy of readers) this.createPolicy(policy, plan, labels, lists);
  }

  /** A LimitRange without limits: why of all kinds that one, ADR 0016 tells. */
  private createList(
    { namespace, digests }: AdmissionList,
    name: string,
    labels: Readonly<Record<string, string>>,
    dependsOn: Resource[],
  ): Resource {
    const annotations = { [LIST_ANNOTATION]: renderList(digests) };
    return new LimitRange(
      `${namespace}-images`,
      { metadata: { name, namespace, labels: { ...labels }, annotations } },
      { parent: this, dependsOn },
    );
  }

  private createPolicy(
    policy: AdmissionPolicy,
    plan: AdmissionPlan,
    labels: Readonly<Record<string, string>>,
    after: Resource[],
  ): Resource {
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
    const options = { parent: this, dependsOn: [created, ...after] };
    return new ValidatingAdmissionPolicyBinding(policy.id, { metadata, spec }, options);
  }
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
    ...(readsList ? { paramKind: { apiVersion: "v1", kind: "LimitRange" } } : {}),
  };
}
