import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import type { Provider } from "@pulumi/kubernetes/provider.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StageNamespace } from "../model/stage.ts";

export interface StageArgs {
  readonly project: string;
  readonly stage: string;
  readonly namespaces: readonly StageNamespace[];
  /** Whether it accepts only what was stated, signed and approved. */
  readonly gated: boolean;
  /** The version of the trust root that it is judged by; undefined without an anchor. */
  readonly rootVersion: number | undefined;
}

type NamespaceResources = (Namespace | ResourceQuota | LimitRange)[];

/** What all applications of a stage share: its namespaces, with labels and quotas. */
export class Stage extends ComponentResource {
  private readonly namespaces: ReadonlyMap<string, NamespaceResources>;

  constructor(name: string, args: StageArgs, options: ComponentResourceOptions & { provider: Provider }) {
    super("lockstep:index:Stage", name, args, options);
    this.namespaces = new Map(
      args.namespaces
        .filter(({ create }) => create)
        .map((namespace) => [namespace.name, this.createNamespace(namespace)]),
    );
    this.registerOutputs({});
  }

  /** What must be there before an object of that namespace; nothing where the namespace is not ours. */
  namespaceDependency(name: string): NamespaceResources {
    return this.namespaces.get(name) ?? [];
  }

  private createNamespace({ name, labels, quota, defaults, protect }: StageNamespace): NamespaceResources {
    const namespace = new Namespace(name, { metadata: { name, labels: { ...labels } } }, { parent: this, protect });
    const metadata = { name: "lockstep", namespace: name };
    const options = { parent: this, dependsOn: namespace };
    const created: NamespaceResources = [namespace];
    if (quota !== undefined) created.push(new ResourceQuota(name, { metadata, spec: { hard: { ...quota } } }, options));
    if (defaults !== undefined) {
      const { requests = {}, limits = {} } = defaults;
      const limit = { type: "Container", defaultRequest: { ...requests }, default: { ...limits } };
      created.push(new LimitRange(name, { metadata, spec: { limits: [limit] } }, options));
    }
    return created;
  }
}
