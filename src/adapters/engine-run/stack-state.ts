import { z } from "zod";
import { parseJson } from "../json-answer.ts";

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

/** Of what `pulumi stack export` calls so. */
export const deploymentSchema = z
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

export const NOTHING: StackState = { pending: [], unread: [] };

/** What is unfinished in it; what is wrong with it, as text, where it is no state of this engine. */
export function parseState(text: string): StackState | string {
  const read = parseStateFile(text, deploymentSchema);
  return read.kind === "damaged" ? read.found : (read.deployment ?? NOTHING);
}

export type ParsedState<Deployment> =
  | { readonly kind: "whole"; readonly deployment: Deployment | undefined }
  | { readonly kind: "damaged"; readonly found: string };

/**
 * Reads a state as a file backend keeps it.
 * @param deployment of what `pulumi stack export` calls so; a stack that nothing was deployed with has none
 */
export function parseStateFile<Schema extends z.ZodType>(
  text: string,
  deployment: Schema,
): ParsedState<z.output<Schema>> {
  if (text.trim() === "") return { kind: "damaged", found: "an empty file" };
  const tree = parseJson(text);
  if (tree === undefined) {
    const found = `${text.length} characters that are no whole JSON: it was cut off or overwritten`;
    return { kind: "damaged", found };
  }
  const file = z.object({ version: z.number(), checkpoint: z.object({ latest: deployment.nullish() }) });
  const parsed = file.safeParse(tree);
  if (!parsed.success) return { kind: "damaged", found: "JSON that is no state of a stack" };
  return { kind: "whole", deployment: parsed.data.checkpoint.latest ?? undefined };
}
