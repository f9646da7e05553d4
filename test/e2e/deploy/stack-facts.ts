import assert from "node:assert/strict";
import { readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Clone } from "../clone.ts";
import { succeeded } from "../outcomes.ts";

const historySchema = z.array(z.looseObject({ kind: z.string(), message: z.string().default(""), result: z.string() }));
const stateSchema = z.object({
  deployment: z.object({ pending_operations: z.array(z.unknown()).default([]), resources: z.array(z.unknown()) }),
});
const managedSchema = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({
        name: z.string(),
        managedFields: z.array(z.object({ manager: z.string() })).default([]),
      }),
    }),
  ),
});

const STAGE = "inttest";
const IMAGE = "{.spec.template.spec.containers[0].image}";

/** Where the engine keeps the state of a clone's stack. */
export function stateFile(clone: Clone): string {
  return join(dirname(clone.folder), "pulumi-state", ".pulumi", "stacks", "lockstep", `${STAGE}.json`);
}

/** Each update's kind, result and message, the newest first. */
export async function history(clone: Clone): Promise<readonly string[]> {
  const args = ["stack", "history", "--stack", STAGE, "--json", "--show-secrets=false"];
  const { stdout } = await clone.pulumi(args);
  return historySchema.parse(JSON.parse(stdout)).map(({ kind, result, message }) => `${kind} ${result} ${message}`);
}

/** How many updates the backend has written down; quicker than asking the engine. */
export async function updatesWritten(clone: Clone): Promise<number> {
  const names = await readdir(historyFolder(clone, STAGE)).catch(() => []);
  return names.filter((name) => name.endsWith(".history.json")).length;
}

function historyFolder(clone: Clone, stage: string): string {
  return join(dirname(clone.folder), "pulumi-state", ".pulumi", "history", "lockstep", stage);
}

/** As if a stage's stack had never been updated: its history lies elsewhere meanwhile. */
export async function withoutHistory(clone: Clone, stage: string, work: () => Promise<void>): Promise<void> {
  const folder = historyFolder(clone, stage);
  await rename(folder, `${folder}-aside`);
  try {
    await work();
  } finally {
    await rename(`${folder}-aside`, folder);
  }
}

/** Nothing is unfinished in the state, and nobody has its lock. */
export async function assertSettled(clone: Clone): Promise<void> {
  const exported = await clone.pulumi(["stack", "export", "--stack", STAGE]);
  succeeded(exported);
  assert.deepEqual(stateSchema.parse(JSON.parse(exported.stdout)).deployment.pending_operations, []);
}

/** One run's field manager on each object: with two of them the next change of either's fields is a conflict. */
export async function assertOneManager(clone: Clone): Promise<void> {
  const kinds = "deployments,jobs,services,serviceaccounts,poddisruptionbudgets,secrets";
  const where = ["--namespace", clone.namespace, "--show-managed-fields", "--output", "json"];
  const { items } = managedSchema.parse(JSON.parse(await clone.kubectl("get", kinds, ...where)));
  for (const { kind, metadata } of items) {
    const managers = metadata.managedFields.map(({ manager }) => manager);
    const ours = new Set(managers.filter((manager) => manager.startsWith("pulumi-kubernetes")));
    assert.ok(ours.size <= 1, `${kind}/${metadata.name}: ${[...ours].join(", ")}`);
  }
}

/** The image that the stack file pins. */
export async function pinnedImage(clone: Clone, application: string): Promise<string> {
  const image = new RegExp(`image: (\\S*/${application}:\\S+)`).exec(await clone.read())?.[1];
  return image ?? assert.fail(`${application} is not pinned`);
}

/** Waits until the cluster is told to run what the stack file pins. */
export async function untilDeclared(clone: Clone, application: string): Promise<void> {
  const where = ["--namespace", clone.namespace, "--timeout=170s"];
  const object = `deployment/${application}`;
  const image = await pinnedImage(clone, application);
  await clone.kubectl("wait", object, "--for=create", ...where);
  await clone.kubectl("wait", object, `--for=jsonpath=${IMAGE}=${image}`, ...where);
}

/** The cluster runs what the stack file pins, and all of it is ready. */
export async function assertRuns(clone: Clone, application: string, version: string): Promise<void> {
  const object = `deployment/${application}`;
  assert.equal(await clone.field(object, IMAGE), await pinnedImage(clone, application));
  assert.ok((await pinnedImage(clone, application)).includes(`:${version}@`), version);
  await clone.kubectl("rollout", "status", object, "--namespace", clone.namespace, "--timeout=60s");
}
