import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parse } from "yaml";

/** What charts see of `.Capabilities.KubeVersion` where there is no cluster. */
export const STAND_IN_VERSION = "1.36.0";

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_CHART_BYTES = 64 * 1024 * 1024;

/** A kind that Kubernetes itself does not have. */
export interface CustomKind {
  /** Group and version, such as `gateway.networking.k8s.io/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
}

export interface StandInCluster {
  readonly server: string;
  readonly close: () => Promise<void>;
}

/**
 * Answers on the loopback as a cluster that is empty: the Kubernetes provider renders charts only where it reaches an
 * API server. It knows the kinds that it is told, finds no object, and gives back what it is asked to try.
 */
export async function startStandInCluster(kinds: readonly CustomKind[]): Promise<StandInCluster> {
  const server = createServer((request, response) => {
    answer(request, response, kinds).catch(() => {
      response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once("error", reject).listen(0, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server without a port");
  return {
    server: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = Promise.withResolvers<undefined>();
      server.close(() => {
        closed.resolve(undefined);
      });
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

/** For the provider: every context leads to the one server. */
export function standInKubeconfig({ server }: Pick<StandInCluster, "server">, context: string): string {
  const name = "stand-in";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name: context, context: { cluster: name, user: name } }],
    "current-context": context,
  });
}

/**
 * The custom kinds that a chart's templates name, as far as they are written out. More than there are does no harm: a
 * group that has one of them is said to have all of them.
 * @param archive the chart, as `helm package` makes it
 */
export async function customKindsOf(archive: string): Promise<readonly CustomKind[]> {
  const unpacked = await promisify(gunzip)(await readFile(archive), { maxOutputLength: MAX_CHART_BYTES });
  const text = unpacked.toString("latin1");
  const kinds = new Set([...text.matchAll(/^kind:[ \t]*["']?([A-Z][A-Za-z0-9]*)/gm)].map(([, kind = ""]) => kind));
  const versions = new Set(
    [...text.matchAll(/^apiVersion:[ \t]*["']?([a-z0-9.-]+\.[a-z0-9.-]+\/v[a-z0-9]+)/gm)].map(
      ([, version = ""]) => version,
    ),
  );
  const custom = [...versions].filter((version) => !isBuiltIn(version));
  return custom.flatMap((apiVersion) => [...kinds].map((kind) => ({ apiVersion, kind })));
}

/** Kubernetes' own groups with a dot in their names; the provider knows their kinds by itself. */
function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.split("/")[0] ?? "";
  return group.endsWith(".k8s.io") && !/^(gateway\.networking|.*\.x-k8s|externaldns)/.test(group);
}

async function answer(request: IncomingMessage, response: ServerResponse, kinds: readonly CustomKind[]): Promise<void> {
  const path = new URL(request.url ?? "/", "http://stand-in").pathname;
  // A try-out (server-side apply with dryRun, its object in YAML or JSON): it would be as it was sent.
  if (request.method === "PATCH" || request.method === "POST") {
    send(response, 200, JSON.stringify(parse(await bodyOf(request))));
    return;
  }
  const known = path === "/openapi/v2" ? "openapi" : discovery(path, kinds);
  if (known === "openapi") {
    // An empty description: no schema refuses anything.
    response.writeHead(200, { "content-type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" }).end();
    return;
  }
  const missing = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
  send(response, known === undefined ? 404 : 200, JSON.stringify(known ?? missing));
}

/** https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery */
function discovery(path: string, kinds: readonly CustomKind[]): object | undefined {
  const [major, minor] = STAND_IN_VERSION.split(".");
  if (path === "/version") return { major, minor, gitVersion: `v${STAND_IN_VERSION}` };
  if (path === "/api") return { kind: "APIVersions", versions: [] };
  const groups = Map.groupBy(kinds, ({ apiVersion }) => apiVersion);
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: toGroups([...groups.keys()]) };
  const apiVersion = path.startsWith("/apis/") ? path.slice("/apis/".length) : "";
  const ofGroup = groups.get(apiVersion);
  if (ofGroup === undefined) return undefined;
  const resources = ofGroup.map(({ kind }) => ({
    name: `${kind.toLowerCase()}s`,
    singularName: kind.toLowerCase(),
    kind,
    namespaced: true,
    verbs: ["get", "patch", "create"],
  }));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersion, resources };
}

function toGroups(apiVersions: readonly string[]): readonly object[] {
  const groups = Map.groupBy(apiVersions, (apiVersion) => apiVersion.split("/")[0] ?? "");
  return [...groups].map(([name, members]) => {
    const versions = members.map((groupVersion) => ({ groupVersion, version: groupVersion.split("/")[1] ?? "" }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) throw new Error("too much");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
