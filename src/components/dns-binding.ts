import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";

export interface DnsBindingArgs {
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** What the hosts are other names of. */
  readonly target: string;
}

/** Hosts as CNAME records, written for external-dns (its DNSEndpoint, externaldns.k8s.io/v1alpha1). */
export class DnsBinding extends ComponentResource {
  constructor(name: string, { namespace, hosts, target }: DnsBindingArgs, options: ComponentResourceOptions) {
    super("lockstep:index:DnsBinding", name, { namespace, hosts, target }, options);
    new CustomResource(
      name,
      {
        apiVersion: "externaldns.k8s.io/v1alpha1",
        kind: "DNSEndpoint",
        metadata: { name, namespace, labels: { "app.kubernetes.io/name": name } },
        spec: { endpoints: hosts.map((dnsName) => ({ dnsName, recordType: "CNAME", targets: [target] })) },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
