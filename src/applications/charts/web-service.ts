import { chart, type ChartInput } from "../../model/chart.ts";
import type { JsonObject } from "../../model/json.ts";

/** A path that answers over HTTP, with its timing where the defaults do not fit. */
export interface Probe {
  readonly path: `/${string}`;
  /** @default the first of the application's ports */
  readonly port?: string;
  readonly initialDelaySeconds?: number;
  /** @default 10 */
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

/** What an application must say of itself to be deployed by charts/web-service. */
export interface WebServiceNeeds {
  /** Port names and numbers; the first one takes the traffic of hosts and probes. */
  readonly ports: Readonly<Record<string, number>>;
  readonly probes: {
    readonly liveness: `/${string}` | Probe;
    readonly readiness: `/${string}` | Probe;
    /** For slow starters: the other two wait for it. */
    readonly startup?: `/${string}` | Probe;
  };
}

export interface WebServiceValues {
  /** What the pods are to the application. @default "server" */
  readonly component?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Names of Secrets with registry credentials. */
  readonly imagePullSecrets?: readonly string[];
  /** @default 30 */
  readonly terminationGracePeriodSeconds?: number;
}

/** The platform's own chart: one Deployment behind one Service, with hosts where a stage gives it some. */
export const webService = chart<WebServiceNeeds, WebServiceValues>({
  name: "web-service",
  requires: { resources: true },
  toValues: (input, { ports, probes }, values = {}) => {
    const [mainPort = "http"] = Object.keys(ports);
    const { podAnnotations, ...rest } = values;
    return {
      ...(rest as JsonObject),
      name: input.name,
      partOf: input.namespace,
      image: {
        repository: `${input.image.registry}/${input.image.repository}`,
        tag: input.image.tag,
        digest: input.image.digest,
      },
      replicas: input.replicas,
      ports: { ...ports },
      probes: Object.fromEntries(
        Object.entries(probes).map(([name, probe]: [string, `/${string}` | Probe]) => [name, toProbe(probe, mainPort)]),
      ),
      // The settings' own shape is the container's.
      ...(input.resources === undefined ? {} : { resources: input.resources }),
      env: { ...input.env },
      ...(input.secretName === undefined ? {} : { secretName: input.secretName }),
      podAnnotations: { ...podAnnotations, ...secretsAnnotation(input) },
      ...(input.hosts.length === 0 ? {} : { hosts: [...input.hosts], route: toRoute(input, mainPort) }),
      progressDeadlineSeconds: input.timeoutSeconds,
    };
  },
});

function toProbe(probe: `/${string}` | Probe, mainPort: string): JsonObject {
  const { port = mainPort, ...rest } = typeof probe === "string" ? { path: probe } : probe;
  return { port, ...rest };
}

/** A changed secret replaces the pods. */
function secretsAnnotation({ secretsDigest }: ChartInput): JsonObject {
  return secretsDigest === undefined ? {} : { "lockstep.dev/secrets": secretsDigest };
}

function toRoute({ gateway, ingressClass }: ChartInput, port: string): JsonObject {
  if (gateway !== undefined) return { kind: "HTTPRoute", port, gateway: { ...gateway } };
  return { kind: "Ingress", port, ...(ingressClass === undefined ? {} : { ingressClassName: ingressClass }) };
}
