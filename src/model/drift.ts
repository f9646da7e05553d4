import type { Json } from "./json.ts";

/** An object of the cluster. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for what belongs to no namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** One field that is not as it was declared; values of Secrets are never among them. */
export interface ChangedField {
  /** Such as `spec.replicas`. */
  readonly path: string;
  readonly declared: Json | undefined;
  readonly found: Json | undefined;
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
  | { readonly kind: "added"; readonly object: ObjectName };

export interface Drift {
  readonly stage: string;
  readonly objects: readonly DriftedObject[];
}
