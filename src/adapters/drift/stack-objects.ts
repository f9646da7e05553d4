import { z } from "zod";
import { objectKey, type DeclaredObject, type ManagedFields } from "../../model/cluster-object.ts";
import type { ObjectName } from "../../model/drift.ts";
import { isJsonObject, isRecord, type Json, type JsonObject } from "../../model/json.ts";
import { accepted, andThen, type Outcome } from "../../model/refusal.ts";
import { APPLICATION_TYPE, nameOfUrn, STACK_TYPE } from "../../model/urn.ts";
import { readStateFile } from "../engine-run/state-file.ts";
import { exportStack } from "../engine.ts";
import { clusterObjectSchema } from "./cluster-objects.ts";

/** What a stack's state knows of its cluster. */
export interface StackObjects {
  readonly declared: readonly DeclaredObject[];
  /** By objectKey: what is still to be deleted, what somebody else makes, and what an update that was killed began. */
  readonly alsoKnown: readonly string[];
  /** Those that the stage makes itself. */
  readonly namespaces: readonly string[];
  /** Of the cluster that the last update went to. */
  readonly clusterUid: string | undefined;
}

const resourceSchema = z.object({
  ...{ urn: z.string(), type: z.string(), custom: z.boolean().default(false), parent: z.string().optional() },
  ...{ delete: z.boolean().default(false), external: z.boolean().default(false) },
  ...{ inputs: z.unknown().optional(), outputs: z.unknown().optional() },
});
type Resource = z.output<typeof resourceSchema>;

const deploymentSchema = z
  .object({
    resources: z.array(resourceSchema).nullish(),
    pending_operations: z.array(z.object({ resource: resourceSchema })).nullish(),
  })
  .transform(({ resources, pending_operations: operations }) => {
    const begun = operations?.map(({ resource }) => resource) ?? [];
    return toStackObjects(resources ?? [], begun);
  });
const exportSchema = z.object({ deployment: deploymentSchema.nullish() });

/** What the last updates of a stage left, as the engine wrote it down; secrets stay ciphertext. */
export async function readStackObjects(stage: string, signal?: AbortSignal): Promise<Outcome<StackObjects>> {
  const file = await readStateFile(stage, deploymentSchema, signal);
  if (file.kind === "refused") return file;
  if (file.value !== undefined) return accepted(file.value.deployment ?? toStackObjects([], []));
  const read = await exportStack(stage, exportSchema, signal);
  return andThen(read, ({ deployment }) => accepted(deployment ?? toStackObjects([], [])));
}

function toStackObjects(resources: readonly Resource[], begun: readonly Resource[]): StackObjects {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const ours = resources.filter((resource) => isObject(resource) && !resource.delete && !resource.external);
  const others = [...resources.filter((resource) => !ours.includes(resource)), ...begun].filter(isObject);
  return {
    declared: ours.flatMap((resource) => toDeclared(resource, applicationOf(resource, byUrn))),
    alsoKnown: others.flatMap((resource) => keyOf(resource)),
    namespaces: ours.flatMap(({ type, outputs }) => (type === NAMESPACE ? (nameOf(outputs)?.name ?? []) : [])),
    clusterUid: resources.map(clusterOf).find((uid) => uid !== undefined),
  };
}

const NAMESPACE = "kubernetes:core/v1:Namespace";

function isObject({ type, custom }: Resource): boolean {
  return custom && type.startsWith("kubernetes:");
}

function toDeclared({ inputs, outputs }: Resource, application: string | undefined): readonly DeclaredObject[] {
  const name = nameOf(outputs);
  // A helm.v3.Release, for one, is no object.
  if (name === undefined || !isJsonObject(outputs)) return [];
  return [{ name, application, recorded: outputs, own: ownFields(inputs, outputs) }];
}

function nameOf(outputs: unknown): ObjectName | undefined {
  return clusterObjectSchema.safeParse(outputs).data?.name;
}

/** The state has of an operation that did not end only what it was to make. */
function keyOf({ inputs, outputs }: Resource): readonly string[] {
  const name = nameOf(outputs) ?? nameOf(inputs);
  return name === undefined ? [] : [objectKey(name)];
}

/** What the API server says that the update wrote; where an earlier provider kept no account, all that it asked for. */
function ownFields(inputs: unknown, outputs: JsonObject): ManagedFields {
  const { managers = [] } = clusterObjectSchema.safeParse(outputs).data ?? {};
  const named = outputs["__fieldManager"];
  const manager = typeof named === "string" ? named : "";
  const entry = managers.find((one) => one.manager === manager && one.subresource === undefined);
  return entry ?? { manager, subresource: undefined, fields: isJsonObject(inputs) ? toFields(inputs) : {} };
}

/** Lists are taken as one value. */
function toFields(inputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]): [string, Json] => [
      `f:${name}`,
      isJsonObject(value) ? toFields(value) : {},
    ]),
  );
}

function applicationOf(resource: Resource, byUrn: ReadonlyMap<string, Resource>): string | undefined {
  for (let at: Resource | undefined = resource; at !== undefined; at = byUrn.get(at.parent ?? "")) {
    if (at.type === APPLICATION_TYPE) return nameOfUrn(at.urn);
  }
  return undefined;
}

function clusterOf({ type, outputs }: Resource): string | undefined {
  const uid = type === STACK_TYPE && isRecord(outputs) ? outputs["cluster"] : undefined;
  return typeof uid === "string" ? uid : undefined;
}
