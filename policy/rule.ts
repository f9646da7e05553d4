import type { PolicyResourceOptions } from "@pulumi/policy";
import type { StageContext } from "./stage-context.ts";

/** A resource as the engine shows it to policies. Reading an unknown value throws; let it. */
export interface JudgedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: PolicyResourceOptions;
}

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
export interface Rule {
  readonly id: string;
  /** What it asks, in one line. */
  readonly title: string;
  readonly why: string;
  /** What to do about a violation. */
  readonly fix: string;
  readonly level: "mandatory" | "advisory";
  /** Whether trust/exemptions.yaml may set it aside in gated stages. */
  readonly exemptible: boolean;
  readonly check: (
    resource: JudgedResource,
    context: StageContext,
  ) => readonly Violation[] | Promise<readonly Violation[]>;
}
