import type { ObjectName } from "./drift.ts";
import type { JsonObject } from "./json.ts";

/** What one field manager has written of an object: an entry of its `metadata.managedFields`. */
export interface ManagedFields {
  /** Such as `kubectl-edit`. */
  readonly manager: string;
  /** Such as `status` or `scale`; undefined where the object itself was written. */
  readonly subresource: string | undefined;
  /** As FieldsV1 has it (k8s.io/apimachinery, meta/v1): `f:<field>`, `k:<keys>`, `v:<value>`, `i:<index>` and `.`. */
  readonly fields: JsonObject;
}

/** An object as the API server gives it; what a Secret holds is left out at once. */
export interface ClusterObject {
  readonly name: ObjectName;
  readonly content: JsonObject;
  readonly managers: readonly ManagedFields[];
  /** Whether another object, such as a ReplicaSet its pods, answers for it. */
  readonly owned: boolean;
  /** Somebody has deleted it, and it waits for its finalizers. */
  readonly isGoing: boolean;
}

/** An object as the last update of a stack left it. */
export interface DeclaredObject {
  readonly name: ObjectName;
  /** Undefined for what all applications share. */
  readonly application: string | undefined;
  /** As the API server answered then, defaults included; secrets are the engine's ciphertext. */
  readonly recorded: JsonObject;
  /** What the update itself wrote. */
  readonly own: ManagedFields;
}

/** What tells the objects of a cluster apart: versions of one kind are one. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectName): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace ?? ""}/${name}`;
}

/** The API group; empty for the core's. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
