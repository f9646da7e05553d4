import { z } from "zod";
import { accepted, andThen, combineAll, type Outcome } from "../model/refusal.ts";
import { askKubectl, type ClusterAccess } from "./kubectl.ts";
import { Slots } from "./slots.ts";

export interface ConfigMapQuestion {
  /** The same in each namespace. */
  readonly name: string;
  /** As the cluster names them; undefined: wherever there is one. */
  readonly namespaces: readonly string[] | undefined;
  readonly access: ClusterAccess;
}

const AT_ONCE = 4;

const configMapSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});
const listSchema = z.object({ items: z.array(configMapSchema) });

export type NamedConfigMap = z.output<typeof configMapSchema>;

/** The ConfigMaps of one name. One list of the whole cluster; each namespace by itself where only that is allowed. */
export async function readNamedConfigMaps({
  name,
  namespaces,
  access,
}: ConfigMapQuestion): Promise<Outcome<readonly NamedConfigMap[]>> {
  if (namespaces?.length === 0) return accepted([]);
  const get = ["get", "configmaps", "--field-selector", `metadata.name=${name}`];
  const all = await askKubectl([...get, "--all-namespaces"], listSchema, access);
  if (all.kind === "accepted")
    return accepted(all.value.items.filter(({ metadata }) => namespaces?.includes(metadata.namespace) ?? true));
  if (namespaces === undefined || !all.refusals.some(({ code }) => code === "cluster-denied")) return all;
  const slots = new Slots(AT_ONCE);
  const lists = [...new Set(namespaces)].map((namespace) =>
    slots.use(() => askKubectl([...get, "--namespace", namespace], listSchema, access)),
  );
  return andThen(combineAll(await Promise.all(lists)), (read) => accepted(read.flatMap(({ items }) => items)));
}
