import { objectKey, type ClusterObject, type DeclaredObject } from "../../model/cluster-object.ts";
import type { DriftedObject, ObjectName } from "../../model/drift.ts";
import { addedObjects } from "./added-objects.ts";
import { changedFields, writerOf, type FoundField } from "./declared-fields.ts";
import { foreignFields } from "./foreign-fields.ts";

export interface DriftFacts {
  /** As the last update left them. */
  readonly declared: readonly DeclaredObject[];
  /** Those of them that are in the cluster. */
  readonly live: readonly ClusterObject[];
  /** Everything in the namespaces that the stage makes, where it could be listed. */
  readonly inNamespaces: readonly ClusterObject[];
  /** By objectKey: what the state has and is no declaration, such as what is still to be deleted. */
  readonly alsoKnown: readonly string[];
}

/** What in the cluster is not as the last update declared it: by application, what all share first. */
export function compareWithCluster({ declared, live, inNamespaces, alsoKnown }: DriftFacts): readonly DriftedObject[] {
  const found = new Map([...inNamespaces, ...live].map((object) => [objectKey(object.name), object]));
  const drifted = declared.flatMap((one) => driftOf(one, found.get(objectKey(one.name))));
  const known = new Set([...declared.map(({ name }) => objectKey(name)), ...alsoKnown]);
  return [...drifted, ...addedObjects(inNamespaces, known)].toSorted(byApplication);
}

function driftOf(declared: DeclaredObject, live: ClusterObject | undefined): readonly DriftedObject[] {
  const { name: object, application, own } = declared;
  if (live === undefined || live.isGoing)
    return goesByItself(declared) ? [] : [{ kind: "deleted", object, application }];
  const found = withoutRepetition([...changedFields(declared, live), ...foreignFields(declared, live)]);
  const fields = object.kind === "Secret" ? found.map(withoutSecret) : found;
  if (fields.length === 0) return [];
  const writers = fields.map(({ path }) => writerOf(path, live.managers, own.manager));
  const by = writers.find((writer) => writer !== undefined);
  return [{ kind: "changed", object, application, fields: fields.map(({ field }) => field), by }];
}

/** Also where the state has it as plain text: who made it a secret only in the cluster did not mean it to be printed. */
function withoutSecret({ path, field }: FoundField): FoundField {
  const [first] = path;
  const isData = first?.kind === "field" && (first.name === "data" || first.name === "stringData");
  return isData ? { path, field: { ...field, declared: undefined, found: undefined } } : { path, field };
}

/** The cluster removes a finished Job when the time that it names has passed. */
function goesByItself({ name, own }: DeclaredObject): boolean {
  const spec = own.fields["f:spec"];
  return name.kind === "Job" && typeof spec === "object" && spec !== null && "f:ttlSecondsAfterFinished" in spec;
}

/** What is within something that was said is said. */
function withoutRepetition(fields: readonly FoundField[]): readonly FoundField[] {
  const seen = new Set<string>();
  return fields.filter(({ path }) => {
    const prefixes = path.map((_, index) => JSON.stringify(path.slice(0, index + 1)));
    if (prefixes.some((prefix) => seen.has(prefix))) return false;
    seen.add(JSON.stringify(path));
    return true;
  });
}

function byApplication(left: DriftedObject, right: DriftedObject): number {
  return compareTexts(orderOf(left), orderOf(right));
}

function orderOf(drifted: DriftedObject): string {
  const { apiVersion, kind, namespace = "", name }: ObjectName = drifted.object;
  const [group, application] = drifted.kind === "added" ? ["2", ""] : ["1", drifted.application ?? ""];
  return [group, application, kind, namespace, name, apiVersion].join("\0");
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
