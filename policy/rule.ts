import type { PolicyResourceOptions } from "@pulumi/policy";
import type { StageContext } from "./stage-context.ts";

/** The keys and indices that lead to a value inside a resource's properties. */
export type PropertyPath = readonly (string | number)[];

/** A resource as the engine shows it to policies. Reading an unknown value throws; let it. */
export interface JudgedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: PolicyResourceOptions;
  /** What makes it; undefined for components and providers. */
  readonly provider: JudgedProvider | undefined;
  /** Whether the value at a path, or what holds it, is marked secret. In `props` secrets are plain. */
  readonly isSecret: (path: PropertyPath) => boolean;
}

/** The provider of a resource, as it was configured. Reading an unknown value throws; let it. */
export type JudgedProvider = Pick<JudgedResource, "urn" | "type" | "name" | "props">;

/** One reason why a resource may not be. */
export interface Violation {
  /** Where in the resource, such as `spec.template.spec.containers[0].image`; empty for the whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** @default the rule's own `fix` */
  readonly action?: string;
}

/** A function over one resource, with what people need to know of it. */
export interface Rule extends RuleText {
  readonly check: (
    resource: JudgedResource,
    context: StageContext,
  ) => readonly Violation[] | Promise<readonly Violation[]>;
}

/** What a rule says of itself. */
export interface RuleText {
  readonly id: string;
  /** What it asks, in one line. */
  readonly title: string;
  readonly why: string;
  /** What to do about a violation. */
  readonly fix: string;
  readonly level: "mandatory" | "advisory";
  /** Whether trust/exemptions.yaml may set it aside in gated stages. */
  readonly exemptible: boolean;
}
