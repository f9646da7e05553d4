import type { DeployedVersion, WrittenPin } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import type { DriftedObject } from "../../model/drift.ts";
import { splitDrift } from "../drift/overwritten.ts";
import { applicationOfUrn, isMigration, isObject, type ChangedResource } from "./changed-resource.ts";

/** How many objects of the cluster come, change and go; one that is replaced is counted apart. */
export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly replace: number;
}

/** What a deploy does to one application. */
export interface PlannedApplication {
  readonly name: string;
  /** Undefined: it comes. */
  readonly before: WrittenPin | undefined;
  /** Undefined: it goes. */
  readonly after: WrittenPin | undefined;
  /** Something other than image and chart differs: settings, or what the catalogue says. */
  readonly otherwise: boolean;
  /** The level that its migration brings the database to, where one runs; `level` undefined: the image does not say. */
  readonly migration: { readonly level: number | undefined } | undefined;
  /** Objects of the cluster alone. */
  readonly changes: readonly ChangedResource[];
  readonly counts: ChangeCounts;
}

export interface DeploymentPlan {
  readonly stage: string;
  /** Those that something changes of, by name. */
  readonly applications: readonly PlannedApplication[];
  /** How many run in the stage after it. */
  readonly total: number;
  /** Of no application: namespaces, quotas, admission. */
  readonly shared: readonly ChangedResource[];
  /** What in the cluster is not as declared: all of it, what a deploy brings back, and what stays. */
  readonly drift: readonly DriftedObject[];
  readonly overwritten: readonly DriftedObject[];
  readonly staying: readonly DriftedObject[];
  /** Nothing in the cluster changes, but something that the stack remembers does. */
  readonly recordOnly: boolean;
  /** Everything is as declared. */
  readonly empty: boolean;
}

/** An application as the stage's files would have it. */
export interface WantedApplication {
  readonly pin: WrittenPin;
  /** Of its desired state. */
  readonly desired: Digest;
  /** The level that its version migrates to. */
  readonly migratesTo: number | undefined;
}

export interface PlanRequest {
  readonly stage: string;
  readonly changes: readonly ChangedResource[];
  readonly deployed: ReadonlyMap<string, DeployedVersion>;
  readonly wanted: ReadonlyMap<string, WantedApplication>;
  readonly drift: readonly DriftedObject[];
  /** What the stack remembers beside its resources is not what it would remember, or its last update did not succeed. */
  readonly recordDiffers: boolean;
}

/** Groups what the engine would do by application. */
export function planDeployment(request: PlanRequest): DeploymentPlan {
  const { stage, changes, deployed, wanted, drift, recordDiffers } = request;
  const objects = changes.filter(isObject);
  const owned = Map.groupBy(objects, ({ urn }) => applicationOfUrn(urn));
  const names = new Set([...deployed.keys(), ...wanted.keys(), ...[...owned.keys()].flatMap((name) => name ?? [])]);
  const applications = [...names]
    .toSorted()
    .map((name) => planApplication(name, request, owned.get(name) ?? []))
    .filter(isChanged);
  const shared = owned.get(undefined) ?? [];
  const inCluster = objects.length > 0;
  // Components have no objects of their own; that one of them changes is remembered all the same.
  const anything = changes.length > 0 || applications.length > 0 || recordDiffers;
  return {
    ...{ stage, applications, total: wanted.size, shared },
    drift,
    ...splitDrift(drift),
    recordOnly: !inCluster && anything,
    empty: !anything,
  };
}

/** Whether the version of an application changes: its image or its chart. */
export function movesVersion({ before, after }: Pick<PlannedApplication, "before" | "after">): boolean {
  return before?.image !== after?.image || before?.chart !== after?.chart;
}

function isChanged(one: PlannedApplication): boolean {
  return one.changes.length > 0 || one.otherwise || movesVersion(one);
}

function planApplication(
  name: string,
  { deployed, wanted }: PlanRequest,
  changes: readonly ChangedResource[],
): PlannedApplication {
  const [was, is] = [deployed.get(name), wanted.get(name)];
  const before = was === undefined ? undefined : { image: was.image, chart: was.chart };
  const [after, desired] = [is?.pin, is?.desired];
  const moved = movesVersion({ before, after });
  // An earlier program wrote no digest down: then only what it does to objects is known.
  const differs = was?.desired !== undefined && desired !== undefined && was.desired !== desired;
  const migrates = changes.some((change) => isMigration(change) && change.operation !== "delete");
  return {
    ...{ name, before, after, changes, counts: countChanges(changes) },
    otherwise: !moved && differs,
    migration: migrates ? { level: is?.migratesTo } : undefined,
  };
}

/** How many objects an operation is done to. */
export function countChanges(changes: readonly ChangedResource[]): ChangeCounts {
  const count = (operation: ChangedResource["operation"]): number =>
    changes.filter((change) => change.operation === operation).length;
  return { create: count("create"), update: count("update"), delete: count("delete"), replace: count("replace") };
}
