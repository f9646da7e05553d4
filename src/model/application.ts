import type { Chart, ChartInput } from "./chart.ts";
import type { CustomResourceKind } from "./custom-resource.ts";
import type { JsonObject } from "./json.ts";
import type { PrivilegedKind } from "./privileged-kind.ts";
import type { SmokeCheck } from "./smoke-check.ts";

/** A database migration: Jobs of the application's own image. */
export interface Migration<Secret extends string> {
  /** Brings the database to the version's level. Runs once per version, before the workload changes. */
  readonly command: readonly [string, ...string[]];
  /**
   * Takes the database back to the level that the stage had before the version, which the Job is told as
   * LOCKSTEP_SCHEMA_TO ($(LOCKSTEP_SCHEMA_TO) in the command), or fails without having changed anything. Runs while
   * the version's own pods still serve. Without it a rollback never crosses this migration.
   */
  readonly down?: readonly [string, ...string[]];
  /** Which of the application's secrets the Jobs get. @default all of them */
  readonly secrets?: readonly Secret[];
}

/** A length of time: 90s, 10m, 24h. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

export interface Timeouts {
  /** How long a roll-out may take. @default "10m" */
  readonly rollout?: Duration;
  /** How long the migration may take. @default "10m" */
  readonly migration?: Duration;
}

/** What every application says of itself, whatever its chart. */
export interface ApplicationDefinition<Secret extends string> {
  /** Lower-case; names the application's objects. Also the name of its file in the catalogue. */
  readonly name: string;
  /** The namespace it lives in, before the stage is added. @default the project's name */
  readonly namespace?: string;
  /** The names that every stage must set under `secrets`. */
  readonly secrets?: readonly Secret[];
  /** Whether a stage must, may or must not give it hosts. @default "optional" */
  readonly hosts?: "required" | "optional" | "none";
  /**
   * It may be reached around the stage's gateway: by a load balancer, a port of the nodes or a name of its own
   * (Services of other types than ClusterIP, externalIPs, hostPort), which the policy pack refuses otherwise.
   * Nothing is opened by this alone. Hosts need it not: they go through the gateway. @default false
   */
  readonly public?: boolean;
  /** Environment variables in every stage; a stage's own `env` wins. */
  readonly env?: Readonly<Record<string, string>>;
  readonly migration?: Migration<NoInfer<Secret>>;
  /** Applications that must be rolled out before this one, where the stage has them. */
  readonly after?: readonly string[];
  /** The engine refuses to delete it; a stage's own `protect` wins. @default false */
  readonly protect?: boolean;
  readonly timeouts?: Timeouts;
  /** What a deploy asks once all pods are ready; one that fails is a failed roll-out. @default none */
  readonly smoke?: readonly SmokeCheck<NoInfer<Secret>>[];
  /** Kinds of objects of its own that Kubernetes and its chart do not have. @default none */
  readonly customResources?: readonly CustomResourceKind[];
  /** Kinds of its own that reach further than an application (roles, definitions); a kind that is not named is refused. @default none */
  readonly privilegedKinds?: readonly PrivilegedKind[];
  /** The name it had before: its objects are replaced, and the plan says so. */
  readonly formerly?: string;
}

/** An application of the catalogue. Its chart's types are checked where it is defined and closed over here. */
export interface Application extends ApplicationDefinition<string> {
  readonly chart: {
    readonly name: string;
    readonly typed: boolean;
    readonly requires: { readonly resources: boolean };
    readonly customResources: readonly CustomResourceKind[];
    readonly privilegedKinds: readonly PrivilegedKind[];
  };
  readonly toValues: (input: ChartInput) => JsonObject;
}

/**
 * Defines an application. A misspelt secret, an unknown chart value or a missing need of the chart
 * (probes, ports) does not compile.
 */
export function application<Needs extends object, Values extends object, const Secret extends string = never>(
  definition: ApplicationDefinition<Secret> & {
    readonly chart: Chart<Needs, Values>;
    /** The chart's own values, typed by the chart. */
    readonly values?: NoInfer<Values>;
  } & NoInfer<Needs>,
): Application {
  const { chart, values, ...rest } = definition;
  return {
    ...(rest as ApplicationDefinition<string>),
    chart: {
      name: chart.name,
      typed: chart.typed,
      requires: chart.requires,
      customResources: chart.customResources,
      privilegedKinds: chart.privilegedKinds,
    },
    toValues: (input) => chart.toValues(input, definition, values),
  };
}
