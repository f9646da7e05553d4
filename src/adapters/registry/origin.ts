import { isIPv4 } from "node:net";

/** Docker Hub answers under another name than the one in references. */
const API_HOSTS: ReadonlyMap<string, string> = new Map([["docker.io", "registry-1.docker.io"]]);

/** Plain HTTP is for registries on this machine alone: 127.0.0.0/8, ::1 and localhost. */
export function originOf(registry: string): string {
  return `${isLoopback(hostOf(registry)) ? "http" : "https"}://${API_HOSTS.get(registry) ?? registry}`;
}

/**
 * Whether a request that began at `from` may go on to `to`: over TLS anywhere; in the clear only within this
 * machine, and only when it began here in the clear (no step down from TLS).
 */
export function mayFollow(from: URL, to: URL): boolean {
  if (to.username !== "" || to.password !== "") return false;
  if (to.protocol === "https:") return true;
  return to.protocol === "http:" && from.protocol === "http:" && isLoopback(to.hostname);
}

function hostOf(registry: string): string {
  return registry.replace(/:[0-9]+$/, "");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}
