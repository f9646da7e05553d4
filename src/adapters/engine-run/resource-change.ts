import { z } from "zod";
import type { ObjectName } from "../../model/drift.ts";
import { nameOfUrn } from "../../model/urn.ts";

/** What the engine does, or would do, to one resource. */
export interface ResourceChange {
  readonly urn: string;
  /** Such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly operation: ChangeOperation;
  /** Paths of the inputs that change, such as `spec.replicas`. */
  readonly fields: readonly string[];
  /** Those of them that need another object in its place. */
  readonly replaces: readonly string[];
  /** The object of the cluster that it makes, where it makes one and its name is known. */
  readonly makes?: ObjectName;
}

export type ChangeOperation = "create" | "update" | "delete" | "replace";

const stepSchema = z.object({
  resourcePreEvent: z.object({
    metadata: z.object({
      op: z.string(),
      urn: z.string(),
      type: z.string(),
      keys: z.array(z.string()).nullish(),
      diffs: z.array(z.string()).nullish(),
      detailedDiff: z.record(z.string(), z.object({ diffKind: z.string() })).nullish(),
      new: z.object({ inputs: z.unknown() }).nullish(),
    }),
  }),
});

const OPERATIONS: Readonly<Record<string, ChangeOperation>> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  // A replacement is several steps.
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
};

/** Of a resource's inputs: what names an object. */
const objectSchema = z.object({
  ...{ apiVersion: z.string(), kind: z.string() },
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});
const MAKING: ReadonlySet<string> = new Set(["create", "create-replacement"]);

/** The change that an event of the engine announces; undefined where it announces none. */
export function toResourceChange(event: unknown): ResourceChange | undefined {
  if (!isAbout("resourcePreEvent", event)) return undefined;
  const step = stepSchema.safeParse(event).data?.resourcePreEvent.metadata;
  const operation = step === undefined ? undefined : OPERATIONS[step.op];
  if (step === undefined || operation === undefined) return undefined;
  const { urn, type, detailedDiff } = step;
  const details = Object.entries(detailedDiff ?? {});
  const replacing = details.filter(([, { diffKind }]) => diffKind.endsWith("-replace")).map(([path]) => path);
  const fields = details.length > 0 ? details.map(([path]) => path) : (step.diffs ?? []);
  const makes = MAKING.has(step.op) && type.startsWith(OBJECTS) ? toName(step.new?.inputs) : undefined;
  return {
    ...{ urn, type, name: nameOfUrn(urn), operation },
    ...(makes === undefined ? {} : { makes }),
    fields: [...fields].toSorted(),
    replaces: operation === "replace" ? (replacing.length > 0 ? replacing : [...(step.keys ?? [])]).toSorted() : [],
  };
}

/** Whether an event is of a kind. Most are of none that matters, and to have the schema say so takes ten times as long. */
export function isAbout(kind: string, event: unknown): boolean {
  return typeof event === "object" && event !== null && kind in event;
}

/** What the provider's types begin with. */
const OBJECTS = "kubernetes:";

function toName(inputs: unknown): ObjectName | undefined {
  const object = objectSchema.safeParse(inputs).data;
  if (object === undefined) return undefined;
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** One change for each resource: the steps of a replacement are one. */
export function mergeChanges(changes: readonly ResourceChange[]): readonly ResourceChange[] {
  const merged = new Map<string, ResourceChange>();
  for (const change of changes) {
    const other = merged.get(change.urn);
    merged.set(change.urn, other === undefined ? change : bothOf(other, change));
  }
  return [...merged.values()];
}

/** Two steps over one resource: one goes and one comes, whatever the order. */
function bothOf(first: ResourceChange, second: ResourceChange): ResourceChange {
  const operation = first.operation === second.operation ? first.operation : "replace";
  const union = (name: "fields" | "replaces"): readonly string[] =>
    [...new Set([...first[name], ...second[name]])].toSorted();
  return { ...second, ...first, operation, fields: union("fields"), replaces: union("replaces") };
}
