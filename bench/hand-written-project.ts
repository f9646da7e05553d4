import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ClusterObject } from "./cluster-objects.ts";
import { linkProject, STAGE } from "./generated-project.ts";
import { stackFileName } from "../src/model/stack-file.ts";

/** Where the SDK has the classes of each kind that charts/web-service renders. */
const MODULES: Readonly<Record<string, string>> = {
  Namespace: "core/v1/namespace.js",
  Service: "core/v1/service.js",
  ServiceAccount: "core/v1/serviceAccount.js",
  Deployment: "apps/v1/deployment.js",
};

/**
 * Writes a Pulumi program that declares the objects one by one, as somebody would without components and charts:
 * the yardstick for what ours cost. It imports no more than it needs and has the same provider and environment.
 */
export async function writeHandWrittenProject(folder: string, objects: readonly ClusterObject[]): Promise<void> {
  await linkProject(folder);
  await mkdir(path.join(folder, "src"));
  await writeFile(path.join(folder, "src", "index.ts"), program(objects));
  await writeFile(path.join(folder, stackFileName(STAGE)), "config: {}\n");
}

function program(objects: readonly ClusterObject[]): string {
  const kinds = [...new Set(objects.map(({ kind }) => kind))].toSorted();
  return [
    ...kinds.map((kind) => `import { ${kind} } from "@pulumi/kubernetes/${moduleOf(kind)}";`),
    'import { Provider } from "@pulumi/kubernetes/provider.js";',
    "",
    'const provider = new Provider("cluster", {',
    '  context: "lockstep-sandbox",',
    "  enableServerSideApply: true,",
    "  kubeClientSettings: { qps: 200, burst: 400, timeout: 60 },",
    "});",
    ...objects.map((object) => declaration(object)),
    "",
  ].join("\n");
}

function declaration(object: ClusterObject): string {
  const { kind } = object;
  // The class knows both.
  const args = { ...object, apiVersion: undefined, kind: undefined };
  const name = JSON.stringify(`${object.metadata.name}-${kind.toLowerCase()}`);
  const options = kind === "Namespace" ? "{ provider }" : "{ provider, dependsOn: [namespace] }";
  const constant = kind === "Namespace" ? "const namespace = " : "";
  return `${constant}new ${kind}(${name}, ${JSON.stringify(args)}, ${options});`;
}

function moduleOf(kind: string): string {
  const module = MODULES[kind];
  if (module === undefined) throw new Error(`bench/hand-written-project.ts does not know where ${kind} is`);
  return module;
}
