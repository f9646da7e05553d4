import type { Digest } from "./digest.ts";

/** The images that a stage's cluster lets run in one of its namespaces. */
export interface AdmissionList {
  /** Its name in the cluster. */
  readonly namespace: string;
  /** What each digest is, for people who read the list. */
  readonly digests: ReadonlyMap<Digest, string>;
}

/** One rule that the API server holds: a ValidatingAdmissionPolicy, as values. Expressions are in CEL. */
export interface AdmissionPolicy {
  /** Unique among those of a stage. */
  readonly id: string;
  /** What it judges; every rule is of API version v1. */
  readonly judges: readonly AdmissionRequest[];
  /** Requests for which it is false are let through. */
  readonly condition: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly validations: readonly AdmissionValidation[];
  /** Whether `params` is the namespace's list; requests in a namespace without one are refused then. */
  readonly readsList: boolean;
}

export interface AdmissionRequest {
  readonly resource: "pods" | "pods/ephemeralcontainers" | "limitranges";
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
}

export interface AdmissionValidation {
  /** Where it is false the request is refused. */
  readonly expression: string;
  /** An expression that gives the text of the refusal, in one line. */
  readonly message: string;
}

/** What a stage puts into its cluster so that nothing but its own images runs there. */
export interface AdmissionPlan {
  /** Unique in the cluster: begins the name of everything that has no namespace. */
  readonly name: string;
  /** The LimitRange's name in each namespace. */
  readonly listName: string;
  readonly lists: readonly AdmissionList[];
  readonly policies: readonly AdmissionPolicy[];
}

/** An image whose application left a namespace. */
export interface DepartedImage {
  /** The namespace's name in the cluster. */
  readonly namespace: string;
  readonly image: string;
}
