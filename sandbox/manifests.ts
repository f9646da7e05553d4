import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { ProcessError, run } from "../src/adapters/processes.ts";
import { RefusalError } from "../src/model/refusal.ts";
import { requestLoopback, type LoopbackResponse } from "./http.ts";
import type { SandboxLocation } from "./location.ts";
import type { SandboxTools } from "./tools.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "manifests");
const NODE_NAMES = ["sandbox-1", "sandbox-2", "sandbox-3"];
const NODE_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** Gives kwok its rights and creates the nodes. */
export async function applyNodes(location: SandboxLocation, tools: SandboxTools, signal?: AbortSignal): Promise<void> {
  const files = ["kwok-access.yaml", "nodes.yaml"].map((name) => path.join(MANIFESTS, name));
  const present = (await readyNodes(location, signal)).size === NODE_NAMES.length;
  await applyOnce(location, tools, { name: "nodes", files, present, signal });
}

/**
 * Takes the nodes' leases from a kwok that is gone: the next one waits for them to run out, and until then plays
 * nothing on its nodes. To be called while none runs.
 */
export async function releaseNodes(location: SandboxLocation, signal?: AbortSignal): Promise<void> {
  const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
  const { status, body } = await requestApi(location, leases, signal, "DELETE");
  if (status !== 200) throw new Error(`The sandbox's API server answered ${status} to a deletion of leases: ${body}`);
}

/** Waits until every node is Ready and the scheduler may use it. */
export async function awaitNodes(location: SandboxLocation, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + NODE_DEADLINE_MS;
  for (;;) {
    const nodes = await readyNodes(location, signal);
    if (NODE_NAMES.every((name) => nodes.get(name) === true)) return;
    if (Date.now() > deadline) throw new RefusalError([nodesNotReady(nodes)]);
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** Custom resources that the sample applications use, and the gateway that their routes name. */
export async function applyExtensions(
  location: SandboxLocation,
  tools: SandboxTools,
  signal?: AbortSignal,
): Promise<void> {
  const definitions = await yamlFiles([tools.paths["gateway-api"], tools.paths["external-dns"]]);
  const gateway = path.join(MANIFESTS, "gateway.yaml");
  const files = [...definitions, gateway];
  const present = await gatewayExists(location, signal);
  if (present && (await isApplied(location, "extensions", files))) return;
  await kubectl(
    location,
    tools,
    ["apply", "--server-side", ...definitions.map((file) => `--filename=${file}`)],
    signal,
  );
  const definitionNames = definitions.map((file) => `--filename=${file}`);
  await kubectl(location, tools, ["wait", "--for=condition=Established", "--timeout=30s", ...definitionNames], signal);
  await kubectl(location, tools, ["apply", "--server-side", `--filename=${gateway}`], signal);
  await rememberApplied(location, "extensions", files);
}

const nodeListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ taints: z.array(z.unknown()).optional() }).optional(),
      status: z
        .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() })
        .optional(),
    }),
  ),
});

/** Each node's name, and whether it is Ready and without the taint that keeps pods off it. */
export async function readyNodes(location: SandboxLocation, signal?: AbortSignal): Promise<Map<string, boolean>> {
  const { status, body } = await requestApi(location, "/api/v1/nodes", signal);
  if (status !== 200) throw new Error(`The sandbox's API server answered ${status} to a list of nodes: ${body}`);
  const { items } = nodeListSchema.parse(JSON.parse(body));
  return new Map(
    items.map(({ metadata, spec, status: reported }) => {
      const ready = reported?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
      return [metadata.name, ready === true && (spec?.taints ?? []).length === 0];
    }),
  );
}

async function gatewayExists(location: SandboxLocation, signal?: AbortSignal): Promise<boolean> {
  const resource = "/apis/gateway.networking.k8s.io/v1/namespaces/gateway-system/gateways/public";
  return (await requestApi(location, resource, signal)).status === 200;
}

async function requestApi(
  location: SandboxLocation,
  resource: string,
  signal: AbortSignal | undefined,
  method: "GET" | "DELETE" = "GET",
): Promise<LoopbackResponse> {
  return requestLoopback({
    method,
    port: location.ports.apiServer,
    path: resource,
    tls: { pki: location.pki, authority: "ca", client: "admin" },
    signal,
  });
}

interface Application {
  readonly name: string;
  readonly files: readonly string[];
  /** False where what the files create is known to be missing. */
  readonly present: boolean;
  readonly signal: AbortSignal | undefined;
}

async function applyOnce(location: SandboxLocation, tools: SandboxTools, application: Application): Promise<void> {
  const { name, files, present, signal } = application;
  if (present && (await isApplied(location, name, files))) return;
  await kubectl(location, tools, ["apply", "--server-side", ...files.map((file) => `--filename=${file}`)], signal);
  await rememberApplied(location, name, files);
}

async function isApplied(location: SandboxLocation, name: string, files: readonly string[]): Promise<boolean> {
  const remembered = await readFile(appliedFile(location, name), "utf8").catch(() => undefined);
  return remembered === (await contentDigest(files));
}

async function rememberApplied(location: SandboxLocation, name: string, files: readonly string[]): Promise<void> {
  await writeFileAtomic(appliedFile(location, name), await contentDigest(files));
}

function appliedFile(location: SandboxLocation, name: string): string {
  return path.join(location.folder, "run", `applied-${name}`);
}

async function contentDigest(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex");
}

async function yamlFiles(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => path.join(folder, name))),
  );
  return found
    .flat()
    .filter((file) => file.endsWith(".yaml"))
    .toSorted();
}

async function kubectl(
  location: SandboxLocation,
  tools: SandboxTools,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await run(tools.paths.kubectl, [`--kubeconfig=${location.kubeconfig}`, ...args], {
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ProcessError)) throw error;
    throw new RefusalError([
      {
        code: "sandbox-objects-refused",
        place: { path: `kubectl ${args.slice(0, 2).join(" ")}` },
        found: error.stderr.trim() === "" ? error.message : error.stderr.trim(),
        expected: "the API server takes the sandbox's own objects",
        action: "npm run sandbox -- reset, then npm run sandbox -- up",
      },
    ]);
  }
}

function nodesNotReady(nodes: ReadonlyMap<string, boolean>) {
  const waiting = NODE_NAMES.filter((name) => nodes.get(name) !== true);
  return {
    code: "nodes-not-ready",
    place: { path: waiting.join(", ") },
    found: `not Ready after ${NODE_DEADLINE_MS / 1000} s`,
    expected: "every simulated node Ready",
    action: "look at logs/kwok.log in the sandbox's folder; npm run sandbox -- status",
  };
}
