import type { CustomResourceKind } from "./custom-resource.ts";
import type { JsonObject } from "./json.ts";
import type { PrivilegedKind } from "./privileged-kind.ts";
import type { PinnedReference } from "./reference.ts";
import type { Resources } from "./settings.ts";

/** A gateway that hosts are attached to. */
export interface Gateway {
  readonly name: string;
  readonly namespace: string;
}

/** Everything that a chart's values can be computed from: one application in one stage. All of it is plain and known. */
export interface ChartInput {
  readonly stage: string;
  readonly name: string;
  readonly namespace: string;
  readonly image: PinnedReference;
  readonly replicas: number;
  readonly resources: Resources | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly gateway: Gateway | undefined;
  readonly ingressClass: string | undefined;
  /** The Secret that holds the application's secrets, under their names; absent where it has none. */
  readonly secretName: string | undefined;
  /** Changes when a secret does: put it on the pods, so that they are replaced then. */
  readonly secretsDigest: string | undefined;
  /** How long a roll-out may take, in seconds. */
  readonly timeoutSeconds: number;
}

/**
 * A chart, described once: what an application must say of itself to use it, its own typed values,
 * and how settings become the chart's values.
 */
export interface Chart<Needs extends object, Values extends object> {
  /** The chart's name: the last part of its repository. A pin of another chart is refused. */
  readonly name: string;
  readonly typed: boolean;
  /** The part of resources that every application must be given in every stage. */
  readonly requires: { readonly resources: boolean };
  /** Kinds of objects that it makes and that Kubernetes does not have; a kind that is not named here is refused. */
  readonly customResources: readonly CustomResourceKind[];
  /** Kinds of objects that it makes and that reach further than an application; one that is not named is refused. */
  readonly privilegedKinds: readonly PrivilegedKind[];
  readonly toValues: (input: ChartInput, needs: Needs, values: Values | undefined) => JsonObject;
}

/** Describes a typed chart. */
export function chart<Needs extends object, Values extends object>(definition: {
  readonly name: string;
  readonly requires?: { readonly resources: boolean };
  /** @default none */
  readonly customResources?: readonly CustomResourceKind[];
  /** @default none */
  readonly privilegedKinds?: readonly PrivilegedKind[];
  readonly toValues: (input: ChartInput, needs: Needs, values: Values | undefined) => JsonObject;
}): Chart<Needs, Values> {
  return { requires: { resources: false }, customResources: [], privilegedKinds: [], ...definition, typed: true };
}

/** What an application with somebody else's chart says: its values, raw. */
export interface RawValues {
  readonly raw: (input: ChartInput) => JsonObject;
}

/** Describes somebody else's chart, for which no types exist. A stage may lay `values` of its settings over the raw ones. */
export function foreignChart(
  name: string,
  {
    customResources = [],
    privilegedKinds = [],
  }: Partial<Pick<Chart<RawValues, never>, "customResources" | "privilegedKinds">> = {},
): Chart<RawValues, never> {
  const toValues = (input: ChartInput, needs: RawValues): JsonObject => needs.raw(input);
  return { name, typed: false, requires: { resources: false }, customResources, privilegedKinds, toValues };
}
