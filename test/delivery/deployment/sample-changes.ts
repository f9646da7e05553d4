import type { ChangedResource } from "../../../src/delivery/deployment/changed-resource.ts";
import type { WantedApplication } from "../../../src/delivery/deployment/deployment-plan.ts";
import type { DeployedVersion } from "../../../src/model/deployed-stage.ts";
import { digestOf } from "../../../src/model/digest.ts";

const STAGE = "urn:pulumi:prod::lockstep::lockstep:index:Stage";
const APPLICATION = `${STAGE}$lockstep:index:Application`;
const CHART = `${APPLICATION}$kubernetes:helm.sh/v4:Chart`;

/** URNs as the engine writes them for the sample platform. */
export const urns = {
  stack: "urn:pulumi:prod::lockstep::pulumi:pulumi:Stack::lockstep-prod",
  stage: `${STAGE}::prod`,
  namespace: `${STAGE}$kubernetes:core/v1:Namespace::ehealth-prod`,
  application: (name: string) => `${APPLICATION}::${name}`,
  chart: (name: string) => `${CHART}::${name}`,
  deployment: (name: string) => `${CHART}$kubernetes:apps/v1:Deployment::${name}:ehealth-prod/${name}`,
  service: (name: string) => `${CHART}$kubernetes:core/v1:Service::${name}:ehealth-prod/${name}`,
  secret: (name: string) => `${APPLICATION}$kubernetes:core/v1:Secret::${name}-secrets`,
  migration: (name: string) => `${APPLICATION}$lockstep:index:Migration::${name}`,
  job: (name: string) => `${APPLICATION}$lockstep:index:Migration$kubernetes:batch/v1:Job::${name}-migrate-0123456789`,
  endpoint: (name: string) =>
    `${APPLICATION}$lockstep:index:DnsBinding$kubernetes:externaldns.k8s.io/v1alpha1:DNSEndpoint::${name}`,
} as const;

export function changeOf(
  urn: string,
  operation: ChangedResource["operation"] = "update",
  fields: readonly string[] = [],
): ChangedResource {
  const parts = urn.split("::");
  const type = (parts[2] ?? "").split("$").at(-1) ?? "";
  return { urn, type, name: parts.at(-1) ?? "", operation, fields, replaces: [] };
}

export function imageOf(name: string, tag: string): string {
  return `registry.example.com/ehealth/${name}:${tag}@${digestOf(`${name} ${tag}`)}`;
}

export const SAMPLE_CHART = `oci://registry.example.com/charts/web-service:2.1.0@${digestOf("web-service 2.1.0")}`;

/** An application as the last update left it. */
export function deployedOf(name: string, tag: string, settings = "as they were"): DeployedVersion {
  return {
    ...{ image: imageOf(name, tag), chart: SAMPLE_CHART, namespace: "ehealth-prod", statement: undefined },
    ...{ desired: digestOf(`${name} ${tag} ${settings}`), sinceMs: undefined, workloads: [] },
  };
}

/** The same as the files would have it. */
export function wantedOf(name: string, tag: string, settings = "as they were", migratesTo?: number): WantedApplication {
  const pin = { image: imageOf(name, tag), chart: SAMPLE_CHART };
  return { pin, desired: digestOf(`${name} ${tag} ${settings}`), migratesTo };
}
