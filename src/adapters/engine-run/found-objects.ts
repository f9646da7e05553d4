import { z } from "zod";
import { accepted, combineAll, type Outcome } from "../../model/refusal.ts";
import { askKubectl, type ClusterAccess } from "../kubectl.ts";
import { Slots } from "../slots.ts";
import type { FoundObject } from "./settle-pending.ts";

/** An object that a killed run was creating, as it was to be. */
const wantedSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  // Nothing else of an object may be in what names it.
  metadata: z.object({ name: z.string(), namespace: z.string().exactOptional() }),
});

const liveSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        deletionTimestamp: z.string().optional(),
        managedFields: z
          .array(z.object({ manager: z.string().default(""), operation: z.string(), time: z.string().default("") }))
          .default([]),
      }),
    }),
  ),
});
type Live = z.output<typeof liveSchema>["items"][number];

/** What the provider's names for field managers begin with. */
const PROVIDER_MANAGER = "pulumi-kubernetes";
/** The name that the provider makes up for one object that it makes, and keeps in its state. */
const MADE_UP = /^pulumi-kubernetes-[0-9a-f]{8}$/;
const MAX_AT_ONCE = 8;

/** Those of the objects that are in the cluster, by URN; one that somebody else made there is not among them. */
export async function findObjects(
  wanted: ReadonlyMap<string, unknown>,
  access: ClusterAccess,
): Promise<Outcome<ReadonlyMap<string, FoundObject>>> {
  const slots = new Slots(MAX_AT_ONCE);
  const looked = await Promise.all(
    [...wanted].map(([urn, inputs]) => slots.use(async () => find(urn, inputs, access))),
  );
  const all = combineAll(looked);
  if (all.kind === "refused") return all;
  return accepted(new Map(all.value.flat()));
}

async function find(
  urn: string,
  inputs: unknown,
  access: ClusterAccess,
): Promise<Outcome<readonly (readonly [string, FoundObject])[]>> {
  const parsed = wantedSchema.safeParse(inputs);
  // A component, or a provider: nothing of the cluster's.
  if (!parsed.success) return accepted([]);
  const { apiVersion, kind, metadata } = parsed.data;
  const { name, namespace } = metadata;
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const only = ["--field-selector", `metadata.name=${name}`, "--show-managed-fields"];
  const read = await askKubectl(["get", resourceName(apiVersion, kind), ...where, ...only], liveSchema, access);
  if (read.kind === "refused") return read;
  const [fieldManager, ...others] = read.value.items.slice(0, 1).flatMap(managersOf);
  if (fieldManager === undefined) return accepted([]);
  const id = namespace === undefined ? name : `${namespace}/${name}`;
  const madeUp = [fieldManager, ...others].filter((manager) => MADE_UP.test(manager));
  return accepted([[urn, { id, fieldManager, madeUp, named: { apiVersion, kind, metadata } }] as const]);
}

/** `Kind.version.group`, by which kubectl asks for no other version than this one; the core group's name is empty. */
function resourceName(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return `${kind}.${version ?? ""}.${group ?? ""}`;
}

/** The names under which the provider applied it, the newest first; none for an object that leaves. */
function managersOf({ metadata }: Live): readonly string[] {
  if (metadata.deletionTimestamp !== undefined) return [];
  return metadata.managedFields
    .filter(({ manager, operation }) => operation === "Apply" && manager.startsWith(PROVIDER_MANAGER))
    .toSorted((left, right) => (left.time < right.time ? 1 : -1))
    .map(({ manager }) => manager);
}
