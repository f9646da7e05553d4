import { z } from "zod";
import { groupOf, type ClusterObject } from "../../model/cluster-object.ts";
import type { ObjectName } from "../../model/drift.ts";
import { accepted, combine, refused, type Outcome } from "../../model/refusal.ts";
import { askKubectl, type ClusterAccess } from "../kubectl.ts";
import { Slots } from "../slots.ts";
import { clusterObjectSchema } from "./cluster-objects.ts";
import { readResourceKinds, type ResourceKind } from "./resource-kinds.ts";

export interface LiveQuestion {
  readonly access: ClusterAccess;
  /** Those that are asked for by name. */
  readonly declared: readonly ObjectName[];
  /** Those in which everything is listed. */
  readonly namespaces: readonly string[];
}

export interface LiveObjects {
  /** Of the declared ones; what else was listed with them may be here too. */
  readonly live: readonly ClusterObject[];
  /** Everything in the namespaces that could be listed. */
  readonly inNamespaces: readonly ClusterObject[];
  /** Namespaces in which the cluster does not let everything be listed. */
  readonly unlisted: readonly string[];
}

const DEADLINE_SECONDS = 30;
/** Of kubectl's runs: each lists its kinds one after the other. */
const AT_ONCE = 4;
const FLAGS = ["--show-managed-fields"];
/** Always there: where kubectl finds none of the names that it was asked for, it says nothing at all. */
const ALWAYS_THERE = "Namespace.v1./kube-system";

const answerSchema = z
  .union([z.object({ items: z.array(clusterObjectSchema) }), clusterObjectSchema])
  .transform((answer) => ("items" in answer ? answer.items : [answer]));

/** How declared objects are now, and what else is in some namespaces: a list of each kind, not a question for each. */
export async function readLiveObjects({ access, declared, namespaces }: LiveQuestion): Promise<Outcome<LiveObjects>> {
  const ask = asker({ deadlineSeconds: DEADLINE_SECONDS, ...access });
  const known = await readResourceKinds(access);
  const kinds = known.kind === "accepted" ? known.value : undefined;
  // A kind that the cluster does not know has no objects, and kubectl would refuse the whole question.
  const there = kinds === undefined ? declared : declared.filter((name) => kinds.some((kind) => isOf(name, kind)));
  const byNamespace = Map.groupBy(there, ({ namespace }) => namespace);
  const places = [...new Set([...byNamespace.keys(), ...namespaces])];
  const read = await Promise.all(
    places.map(async (namespace) => {
      const own = byNamespace.get(namespace) ?? [];
      if (namespace === undefined) return { live: await ask(named(own)), all: undefined, namespace };
      const listed = ["--namespace", namespace];
      if (!namespaces.includes(namespace)) return { live: await ask([...kindsOf(own), ...listed]), namespace };
      return { ...(await listAll({ ask, own, kinds, listed })), namespace };
    }),
  );
  const live = combine(Object.fromEntries(read.map(({ live: objects, namespace = "" }) => [namespace, objects])));
  if (live.kind === "refused") return refused(live.refusals);
  return accepted({
    live: Object.values(live.value).flat(),
    inNamespaces: read.flatMap(({ all }) => all ?? []),
    unlisted: read.flatMap(({ all, namespace }) =>
      all === undefined && namespace !== undefined && namespaces.includes(namespace) ? [namespace] : [],
    ),
  });
}

type Ask = (words: readonly string[]) => Promise<Outcome<readonly ClusterObject[]>>;

function asker(access: ClusterAccess): Ask {
  const slots = new Slots(AT_ONCE);
  return async (words) => {
    if (words.length === 0 || words[0]?.startsWith("--") === true) return accepted([]);
    return slots.use(() => askKubectl(["get", ...words, ...FLAGS], answerSchema, access));
  };
}

interface Listing {
  readonly ask: Ask;
  readonly own: readonly ObjectName[];
  readonly kinds: readonly ResourceKind[] | undefined;
  readonly listed: readonly string[];
}

/** Who may not list everything may still see what is declared. */
async function listAll({ ask, own, kinds, listed }: Listing) {
  const [live, others] = await Promise.all([
    ask([...kindsOf(own), ...listed]),
    kinds === undefined ? undefined : ask([...otherKinds(own, kinds), ...listed]),
  ]);
  const all = live.kind === "accepted" && others?.kind === "accepted" ? [...live.value, ...others.value] : undefined;
  return { live, all };
}

/** In the version in which they were declared: another one may say the same otherwise. */
function kindsOf(names: readonly ObjectName[]): readonly string[] {
  const kinds = [...new Set(names.map(versioned))];
  return kinds.length === 0 ? [] : [kinds.join(",")];
}

function named(names: readonly ObjectName[]): readonly string[] {
  if (names.length === 0) return [];
  return [...names.map((name) => `${versioned(name)}/${name.name}`), ALWAYS_THERE, "--ignore-not-found"];
}

/** `<Kind>.<version>.<group>`; the core's group is empty. */
function versioned({ apiVersion, kind }: ObjectName): string {
  const group = groupOf(apiVersion);
  return `${kind}.${group === "" ? apiVersion : apiVersion.slice(group.length + 1)}.${group}`;
}

function otherKinds(own: readonly ObjectName[], kinds: readonly ResourceKind[]): readonly string[] {
  const others = kinds.filter((kind) => kind.namespaced && !isPassing(kind) && !own.some((name) => isOf(name, kind)));
  return others.length === 0 ? [] : [others.map(({ resource }) => resource).join(",")];
}

function isOf(name: ObjectName, { apiVersion, kind }: ResourceKind): boolean {
  return name.kind === kind && groupOf(name.apiVersion) === groupOf(apiVersion);
}

/** What comes and goes by itself all the time, whoever wrote it, and what no object stands behind. */
function isPassing({ apiVersion, kind }: ResourceKind): boolean {
  return kind === "Event" || kind === "Lease" || /(^|\.)metrics\.k8s\.io$/.test(groupOf(apiVersion));
}
