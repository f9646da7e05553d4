import type { JudgedResource } from "../rule.ts";
import { absent, at, below, listAt } from "./fields.ts";
import { kindOf } from "./objects.ts";

/** A name in DNS that an object answers to. */
export interface NamedHost {
  readonly path: string;
  /** As it is written; undefined where the object answers to every host. */
  readonly host: unknown;
}

/** Other names, in annotations that controllers in wide use read (external-dns, ingress-nginx): lists with commas. */
const ANNOTATIONS = [
  "external-dns.alpha.kubernetes.io/hostname",
  "external-dns.alpha.kubernetes.io/internal-hostname",
  "external-dns.kubernetes.io/hostname",
  "external-dns.kubernetes.io/internal-hostname",
  "nginx.ingress.kubernetes.io/server-alias",
  "nginx.ingress.kubernetes.io/server-name",
];

const ROUTES = ["HTTPRoute", "GRPCRoute", "TLSRoute"];

/** Every host that an object asks for. */
export function hostsOf(resource: JudgedResource): readonly NamedHost[] {
  return [...hostsOfKind(resource), ...annotatedHosts(resource)];
}

function hostsOfKind(resource: JudgedResource): readonly NamedHost[] {
  const { spec } = resource.props;
  const { group, kind } = kindOf(resource);
  if (kind === "Ingress" && (group === "networking.k8s.io" || group === "extensions")) return ingressHosts(spec);
  if (group === "gateway.networking.k8s.io" && ROUTES.includes(kind))
    return orEvery("spec.hostnames", listAt(spec, "hostnames"));
  if (
    group === "gateway.networking.k8s.io" &&
    (kind === "Gateway" || kind === "ListenerSet" || kind === "XListenerSet")
  ) {
    return listAt(spec, "listeners").map((listener, index) => ({
      path: `spec.listeners[${index}].hostname`,
      host: at(listener, "hostname"),
    }));
  }
  if (group === "externaldns.k8s.io" && kind === "DNSEndpoint") {
    return listAt(spec, "endpoints").map((endpoint, index) => ({
      path: `spec.endpoints[${index}].dnsName`,
      host: at(endpoint, "dnsName"),
    }));
  }
  return [];
}

function ingressHosts(spec: unknown): readonly NamedHost[] {
  const rules = listAt(spec, "rules").map((rule, index) => ({
    path: `spec.rules[${index}].host`,
    host: at(rule, "host"),
  }));
  // What no rule matches goes there, whatever its host.
  const rest = absent(at(spec, "defaultBackend")) ? [] : [{ path: "spec.defaultBackend", host: undefined }];
  const certificates = listAt(spec, "tls").flatMap((tls, index) =>
    listAt(tls, "hosts").map((host, position) => ({ path: `spec.tls[${index}].hosts[${position}]`, host })),
  );
  return [...rules, ...rest, ...certificates];
}

/** Without any host, a route takes all that its listener takes. */
function orEvery(path: string, hosts: readonly unknown[]): readonly NamedHost[] {
  if (hosts.length === 0) return [{ path, host: undefined }];
  return hosts.map((host, index) => ({ path: `${path}[${index}]`, host }));
}

function annotatedHosts({ props }: JudgedResource): readonly NamedHost[] {
  return ANNOTATIONS.flatMap((name) => {
    const value = at(props, "metadata", "annotations", name);
    if (typeof value !== "string") return [];
    const path = below("metadata.annotations", name);
    return value
      .split(/[,\s]+/)
      .filter((host) => host !== "")
      .map((host) => ({ path, host }));
  });
}
