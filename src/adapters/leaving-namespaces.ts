import { z } from "zod";
import { accepted, andThen, type Outcome, type Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import { askKubectl, type ClusterAccess } from "./kubectl.ts";

const namespacesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z
        .object({
          conditions: z
            .array(z.object({ type: z.string(), status: z.string(), message: z.string().default("") }))
            .default([]),
        })
        .default({ conditions: [] }),
    }),
  ),
});
type Namespace = z.output<typeof namespacesSchema>["items"][number];

/** What a namespace says of itself while something keeps it from going. */
const REMAINING = new Set(["NamespaceContentRemaining", "NamespaceFinalizersRemaining"]);

/**
 * Why nothing can be deployed into namespaces that are being deleted. The engine does not ask: it takes their objects
 * for unchanged, as long as they are the same as in its state, and cannot make any there.
 */
export async function refuseLeavingNamespaces(
  names: readonly string[],
  access: ClusterAccess,
): Promise<Outcome<readonly Refusal[]>> {
  if (names.length === 0) return accepted([]);
  // All of them: a question for one by its name is answered in another form.
  const answer = await askKubectl(["get", "namespaces"], namespacesSchema, access);
  return andThen(answer, ({ items }) =>
    accepted(
      items.filter(({ metadata }) => names.includes(metadata.name)).flatMap((item) => refuseLeaving(item, access)),
    ),
  );
}

function refuseLeaving({ metadata, status }: Namespace, { context }: ClusterAccess): readonly Refusal[] {
  const { name, deletionTimestamp } = metadata;
  if (deletionTimestamp === undefined) return [];
  const kubectl = shellCommand(["kubectl", "--context", context]);
  const holding = status.conditions.flatMap((condition) =>
    REMAINING.has(condition.type) && condition.status === "True" ? [condition.message] : [],
  );
  return [
    {
      code: "namespace-leaving",
      place: { path: `Namespace/${name}` },
      found: [`it is being deleted since ${deletionTimestamp}, with everything in it`, ...holding].join("\n"),
      expected: "a namespace that stays",
      action: [
        `wait until it is gone, and deploy then: ${kubectl} wait --for=delete namespace/${name}`,
        `what keeps it: ${kubectl} get namespace ${name} --output yaml`,
      ].join("\n"),
    },
  ];
}
