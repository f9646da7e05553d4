import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
import {
  ComponentResource,
  output,
  secret,
  type ComponentResourceOptions,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import type { WorkloadName } from "../model/deployed-stage.ts";
import type { Digest } from "../model/digest.ts";
import { renderPin } from "../model/pin-text.ts";
import type { StageApplication } from "../model/stage.ts";
import { DnsBinding } from "./dns-binding.ts";
import { Migration } from "./migration.ts";
import { readyReplicas } from "./ready-replicas.ts";
import { workloads } from "./workloads.ts";

export interface ApplicationArgs {
  readonly application: StageApplication;
  /** The chart's archive on this machine, verified by digest. */
  readonly chartPath: string;
  /** The plain values of the application's secrets, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Of its desired state (src/model/statements). */
  readonly desiredDigest: Digest;
}

/**
 * One application in one stage: secrets, migration, the chart's objects and the DNS binding, in this order.
 * What policies judge it by is handed on as its inputs: plain, and known in every preview.
 */
export class Application extends ComponentResource {
  readonly readyReplicas: Output<number>;
  readonly workloads: Output<readonly WorkloadName[]>;

  constructor(name: string, args: ApplicationArgs, options: ComponentResourceOptions) {
    const { application } = args;
    // Everything below it inherits the protection.
    super("lockstep:index:Application", name, toInputs(args), { ...options, protect: application.protect });
    const secrets = this.createSecret(application, args.secrets);
    const migration = application.migrates
      ? [new Migration(name, { application }, { parent: this, dependsOn: secrets })]
      : [];
    const chart = this.createChart(application, args.chartPath, [...secrets, ...migration]);
    if (application.dnsTarget !== undefined && application.hosts.length > 0) {
      const { namespace, hosts, dnsTarget } = application;
      new DnsBinding(name, { namespace, hosts, target: dnsTarget }, { parent: this, dependsOn: chart });
    }
    this.readyReplicas = output(chart.resources).apply(readyReplicas);
    this.workloads = output(chart.resources).apply(workloads);
    this.registerOutputs({});
  }

  private createSecret({ secretName, namespace }: StageApplication, values: ApplicationArgs["secrets"]): Resource[] {
    if (secretName === undefined) return [];
    const metadata = { name: secretName, namespace };
    const stringData = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, secret(value)]));
    return [new Secret(secretName, { metadata, stringData }, { parent: this })];
  }

  private createChart(application: StageApplication, path: string, dependsOn: Resource[]): Chart {
    const { namespace, values, rolloutSeconds } = application;
    const { name } = application.application;
    const timeout = `${rolloutSeconds}s`;
    const customTimeouts = { create: timeout, update: timeout };
    return new Chart(
      name,
      { name, namespace, chart: path, values },
      // The chart's objects are registered by the provider, which does not hand timeouts on.
      {
        parent: this,
        dependsOn,
        transforms: [({ props, opts }) => ({ props, opts: { ...opts, customTimeouts } })],
      },
    );
  }
}

function toInputs({
  application: stageApplication,
  desiredDigest,
}: ApplicationArgs): Readonly<Record<string, unknown>> {
  const { application, pin, namespace, hosts, secretNames, secretsDigest, values } = stageApplication;
  const { image, chart } = renderPin(pin);
  const runs = { application: application.name, namespace, image, chart, hosts, secretNames, secretsDigest, values };
  return { ...runs, desiredDigest };
}
