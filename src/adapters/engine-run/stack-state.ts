import { z } from "zod";

/** Something that the engine had begun when it was killed: it may have happened, or not. */
export interface PendingOperation {
  readonly urn: string;
  readonly type: string;
  /** Such as `creating` or `updating`. */
  readonly operation: string;
}

/** What is unfinished in a stack's state. */
export interface StackState {
  readonly pending: readonly PendingOperation[];
  /** Resources that were taken over from a killed run, and not looked at since. */
  readonly unread: readonly string[];
}

const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const deploymentSchema = z
  .object({
    resources: z.array(resourceSchema).nullish(),
    pending_operations: z.array(z.object({ resource: resourceSchema, type: z.string() })).nullish(),
  })
  .transform(({ resources, pending_operations: operations }): StackState => {
    return {
      pending: (operations ?? []).map(({ resource: { urn, type }, type: operation }) => ({ urn, type, operation })),
      unread: (resources ?? []).filter(({ outputs }) => isUnread(outputs)).map(({ urn }) => urn),
    };
  });

/** As `settlePending` leaves what it takes over: whose it is, and nothing that the cluster said of it. */
function isUnread(outputs: Readonly<Record<string, unknown>> | undefined): boolean {
  return outputs !== undefined && Object.hasOwn(outputs, FIELD_MANAGER_KEY) && !Object.hasOwn(outputs, "kind");
}

/** Under it, the provider keeps the name that an object's fields are applied under. */
export const FIELD_MANAGER_KEY = "__fieldManager";

/** What `pulumi stack export` answers. */
export const exportSchema = z.object({ deployment: deploymentSchema.nullish() });
const fileSchema = z.object({
  version: z.number(),
  checkpoint: z.object({ latest: deploymentSchema.nullish() }),
});

export const NOTHING: StackState = { pending: [], unread: [] };

/** What is wrong with it, as text, where it is no state of this engine. */
export function parseState(text: string): StackState | string {
  if (text.trim() === "") return "an empty file";
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return `${text.length} characters that are no whole JSON: it was cut off or overwritten`;
  }
  const parsed = fileSchema.safeParse(tree);
  return parsed.success ? (parsed.data.checkpoint.latest ?? NOTHING) : "JSON that is no state of a stack";
}
