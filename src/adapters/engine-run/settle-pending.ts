import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { FIELD_MANAGER_KEY } from "./stack-state.ts";

/** An object of the cluster that a killed run made. */
export interface FoundObject {
  /** As the provider names it: `namespace/name`, or the name alone. */
  readonly id: string;
  /** The name under which that run applied its fields; whoever goes on must use it, or the two are in conflict. */
  readonly fieldManager: string;
  /** All the names that the provider made up and applied fields of it under. */
  readonly madeUp: readonly string[];
  /** The object as kubectl takes it, and nothing of it but its name. */
  readonly named: JsonObject;
}

/** A name of a run that is no more, under which fields of an object are still held. */
export interface DeadManager {
  readonly manager: string;
  readonly named: JsonObject;
}

export interface SettledOperation {
  readonly urn: string;
  readonly operation: string;
  /** `taken-over`: it is in the cluster, and now in the state. `cleared`: it is not there. `looked-at`: the engine compares. */
  readonly outcome: "taken-over" | "cleared" | "looked-at";
}

export interface Settlement {
  /** The deployment as `pulumi stack import` takes it. */
  readonly deployment: JsonObject;
  readonly settled: readonly SettledOperation[];
}

/** The provider's own key for the version that an object was made with. */
const API_VERSION_KEY = "__initialApiVersion";
const INPUTS_KEY = "__inputs";

/** What a killed run was creating, by URN, as it was to be: the last attempt, where there were several. */
export function pendingCreates(deployment: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    objectsOf(deployment["pending_operations"]).flatMap((operation) => {
      const resource = operation["resource"];
      const isCreate = operation["type"] === "creating" && isJsonObject(resource);
      return isCreate ? [[textOf(resource["urn"]), resource] as const] : [];
    }),
  );
}

/**
 * The names that a killed run left on what it was creating: of the runs that went on, each made up one of its own, and
 * every later change of a field that the dead one holds as well is refused as a conflict with it.
 */
export function deadManagers(deployment: JsonObject, found: ReadonlyMap<string, FoundObject>): readonly DeadManager[] {
  const { resources } = settlePending(deployment, found).deployment;
  const living = objectsOf(resources).filter((resource) => resource["delete"] !== true);
  return living.flatMap(({ urn, id, outputs }): readonly DeadManager[] => {
    const object = found.get(textOf(urn));
    const kept = isJsonObject(outputs) ? textOf(outputs[FIELD_MANAGER_KEY]) : "";
    // Where nothing is held under the name that stays, the others hold all there is.
    if (object?.id !== id || object?.madeUp.includes(kept) !== true) return [];
    return object.madeUp.flatMap((manager) => (manager === kept ? [] : [{ manager, named: object.named }]));
  });
}

/**
 * A state without pending creations: what the cluster has becomes a resource, with the inputs that it was made of; the
 * rest is dropped. The engine's refresh settles all other operations, which stay. Ciphertexts stay as they are.
 * @param found by URN
 */
export function settlePending(deployment: JsonObject, found: ReadonlyMap<string, FoundObject>): Settlement {
  const operations = objectsOf(deployment["pending_operations"]);
  const others = operations.filter(({ type }) => type !== "creating");
  let resources = objectsOf(deployment["resources"]);
  const settled: SettledOperation[] = [];
  for (const [urn, resource] of pendingCreates(deployment)) {
    const object = found.get(urn);
    if (object !== undefined) resources = withResource(resources, resource, object);
    settled.push({ urn, operation: "creating", outcome: object === undefined ? "cleared" : "taken-over" });
  }
  for (const { resource, type } of others) {
    const urn = isJsonObject(resource) ? textOf(resource["urn"]) : "";
    settled.push({ urn, operation: textOf(type), outcome: "looked-at" });
  }
  return { deployment: { ...deployment, resources, pending_operations: others }, settled };
}

function withResource(
  resources: readonly JsonObject[],
  resource: JsonObject,
  { id, fieldManager }: FoundObject,
): readonly JsonObject[] {
  const isOther = (other: JsonObject): boolean => other["urn"] !== resource["urn"] || other["delete"] === true;
  const same = resources.filter((other) => !isOther(other));
  // A later update has taken it over by itself, and knows more than the attempt.
  if (same.some((other) => other["id"] === id && other["pendingReplacement"] !== true)) return resources;
  const rest = resources.flatMap((other): readonly JsonObject[] => {
    if (isOther(other)) return [other];
    // The object of one that waits for its replacement is gone; any other is the one to be replaced, deleted after it.
    return other["pendingReplacement"] === true ? [] : [{ ...other, delete: true }];
  });
  const inputs = isJsonObject(resource["inputs"]) ? resource["inputs"] : {};
  const version = inputs["apiVersion"];
  const outputs = {
    [FIELD_MANAGER_KEY]: fieldManager,
    ...(version === undefined ? {} : { [API_VERSION_KEY]: version }),
    [INPUTS_KEY]: inputs,
  };
  // Everything that it depends on was there before it.
  return [...rest, { ...resource, custom: true, id, outputs }];
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
