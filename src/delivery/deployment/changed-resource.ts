import { APPLICATION_TYPE, CHART_TYPE, MIGRATION_TYPE, toUrn } from "../../model/urn.ts";

/** What the engine would do to one resource. */
export interface ChangedResource {
  readonly urn: string;
  /** Such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly operation: "create" | "update" | "delete" | "replace";
  /** Paths of what changes, such as `spec.replicas`. */
  readonly fields: readonly string[];
  /** Those of them that need another object in its place. */
  readonly replaces: readonly string[];
}

/** A version's migration is called after it: components/migration.ts. */
const MIGRATION_NAME = /-migrate-[0-9a-f]{10}$/;
const SECRETS_NAME = /-secrets$/;

/**
 * The application that a resource is part of; undefined for what the whole stage shares. A URN has the types of all
 * parents and the name of none: what is made below an application is called after it (components/application.ts).
 */
export function applicationOfUrn(urn: string): string | undefined {
  const parts = toUrn(urn);
  if (parts?.types.includes(APPLICATION_TYPE) !== true) return undefined;
  const { types, name } = parts;
  const below = types.slice(types.indexOf(APPLICATION_TYPE) + 1);
  // The chart's own name stands before each of its objects: `portal:ehealth-prod/portal`.
  if (below[0] === CHART_TYPE) return below.length === 1 ? name : name.split(":")[0];
  if (below[0] === MIGRATION_TYPE) return name.replace(MIGRATION_NAME, "");
  return below[0] === "kubernetes:core/v1:Secret" ? name.replace(SECRETS_NAME, "") : name;
}

/** Whether it is an object of the cluster: components, charts and providers only hold others together. */
export function isObject({ type }: Pick<ChangedResource, "type">): boolean {
  return type.startsWith("kubernetes:") && type !== CHART_TYPE;
}

/** Whether it is the Job of a migration. */
export function isMigration({ urn, type }: Pick<ChangedResource, "urn" | "type">): boolean {
  return type === "kubernetes:batch/v1:Job" && toUrn(urn)?.types.includes(MIGRATION_TYPE) === true;
}

/** `Deployment/portal`, as kubectl would be asked for it. */
export function objectText({ type, name }: Pick<ChangedResource, "type" | "name">): string {
  const kind = type.split(":").at(-1) ?? type;
  return `${kind}/${name.split("/").at(-1) ?? name}`;
}
