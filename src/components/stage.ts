import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import type { Provider } from "@pulumi/kubernetes/provider.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { StageNamespace } from "../model/stage.ts";

export interface StageArgs {
  readonly project: string;
  readonly stage: string;
  readonly namespaces: readonly StageNamespace[];
}

/** What all applications of a stage share: its namespaces, with labels and quotas. */
export class Stage extends ComponentResource {
  private readonly namespaces: ReadonlyMap<string, Namespace>;

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
  namespaceDependency(name: string): Namespace[] {
    const namespace = this.namespaces.get(name);
    return namespace === undefined ? [] : [namespace];
  }

  private createNamespace({ name, labels, quota }: StageNamespace): Namespace {
    const namespace = new Namespace(name, { metadata: { name, labels: { ...labels } } }, { parent: this });
    if (quota !== undefined) {
      const metadata = { name: "lockstep", namespace: name };
      new ResourceQuota(name, { metadata, spec: { hard: { ...quota } } }, { parent: this, dependsOn: namespace });
    }
    return namespace;
  }
}
