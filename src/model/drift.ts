import type { Json } from "./json.ts";

/** An object of the cluster. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for what belongs to no namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * One field that is not as it was declared. Values of Secrets, and what the engine keeps as secret, are never in it:
 * both values are undefined then.
 */
export interface ChangedField {
  /** Such as `spec.replicas`. */
  readonly path: string;
  readonly declared: Json | undefined;
  readonly found: Json | undefined;
  /** Whether nobody declared it: an update leaves it where it is. @default false */
  readonly stays?: boolean;
}

/** What in the cluster is not as the last update declared it. */
export type DriftedObject =
  | {
      readonly kind: "changed";
      readonly object: ObjectName;
      readonly application: string | undefined;
      readonly fields: readonly ChangedField[];
      /** The field manager that changed it, such as `kubectl-edit`, where the cluster says so. */
      readonly by: string | undefined;
    }
  | { readonly kind: "deleted"; readonly object: ObjectName; readonly application: string | undefined }
  | {
      readonly kind: "added";
      readonly object: ObjectName;
      /** The field manager that made it, where the cluster says so. */
      readonly by: string | undefined;
    };

export interface Drift {
  readonly stage: string;
  readonly objects: readonly DriftedObject[];
  /** Namespaces in which not everything may be listed: what was added there by hand is not known. */
  readonly unlisted: readonly string[];
  /** The stack has no objects: nothing was compared. */
  readonly nothingDeployed?: true;
}
