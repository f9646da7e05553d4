import { hexOf, isDigest, type Digest } from "./digest.ts";
import type { JsonObject } from "./json.ts";
import { oneShotJobSpec, type OneShotJobSpec } from "./one-shot-job.ts";
import type { PinnedReference } from "./reference.ts";
import type { StageApplication } from "./stage.ts";

/** What the Jobs of a migration carry, so that they are found again. */
export const MIGRATION_COMPONENT = "migration";
export const DOWN_MIGRATION_COMPONENT = "migration-down";

/** Tell the migration where the database is to end; `$(LOCKSTEP_SCHEMA_TO)` in a command is replaced by the cluster. */
export const LEVEL_FROM = "LOCKSTEP_SCHEMA_FROM";
export const LEVEL_TO = "LOCKSTEP_SCHEMA_TO";

/** Of a Job that takes a database back: the uid of the Job that it undoes, empty where there was none. */
export const UNDOES = "lockstep.dev/undoes";
/** Of the same: when the newest update began that the stack's history had at that time, empty where it had none. */
export const AFTER_UPDATE = "lockstep.dev/after-update";

const DIGITS_OF_DIGEST = 10;

/** From which level to which. Of a migration forward, where it begins is not known. */
export interface LevelStep {
  readonly fromLevel?: number | undefined;
  readonly toLevel: number | undefined;
}

/** One run of a migration, as the cluster has it. */
export interface MigrationJob extends LevelStep {
  readonly application: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly direction: "up" | "down";
  /** Its image reference. */
  readonly image: string;
  /** What it runs, arguments included; empty: what the image runs by itself. */
  readonly command: readonly string[];
  readonly state: "running" | "succeeded" | "failed";
  /** Why it failed, in the cluster's words. */
  readonly reason: string | undefined;
  /** As UNDOES and AFTER_UPDATE; undefined where they are empty or it has none. */
  readonly undoes: string | undefined;
  readonly afterUpdate: string | undefined;
}

export interface MigrationRun extends LevelStep {
  /** Whose settings, secrets and deadline it gets. */
  readonly application: StageApplication;
  readonly image: PinnedReference;
  readonly command: readonly string[];
  readonly labels: Record<string, string>;
}

/** The name has the image's digest: one Job per version. */
export function migrationJobName(application: string, direction: MigrationJob["direction"], image: Digest): string {
  const digits = hexOf(image).slice(0, DIGITS_OF_DIGEST);
  return `${application}-migrate-${direction === "down" ? "down-" : ""}${digits}`;
}

export function migrationLabels(application: string, direction: MigrationJob["direction"]): Record<string, string> {
  const component = direction === "up" ? MIGRATION_COMPONENT : DOWN_MIGRATION_COMPONENT;
  return { "app.kubernetes.io/name": application, "app.kubernetes.io/component": component };
}

export function migrationJobSpec({
  application,
  image,
  command,
  labels,
  fromLevel,
  toLevel,
}: MigrationRun): OneShotJobSpec {
  const levels = Object.entries({ [LEVEL_FROM]: fromLevel, [LEVEL_TO]: toLevel });
  return oneShotJobSpec({
    ...{ application, name: "migrate", image, command, labels },
    secrets: application.application.migration?.secrets ?? application.secretNames,
    env: Object.fromEntries(levels.flatMap(([name, level]) => (level === undefined ? [] : [[name, String(level)]]))),
    deadlineSeconds: application.migrationSeconds,
  });
}

/**
 * Whether a Job is one that takes a database back by this command, as `downMigrationJob` makes it. A Job's template
 * cannot be changed: whoever made it, it did no less than it says.
 */
export function runsWayDown(job: MigrationJob, down: readonly string[] | undefined): boolean {
  const { application, direction, name, image, command, fromLevel, toLevel } = job;
  const digest = digestIn(image);
  if (direction !== "down" || down === undefined || digest === undefined) return false;
  const isSameCommand = command.length === down.length && command.every((word, index) => word === down[index]);
  const isBackward = fromLevel !== undefined && toLevel !== undefined && toLevel < fromLevel;
  return isSameCommand && isBackward && name === migrationJobName(application, "down", digest);
}

/** Whether two Jobs are of the same image. */
export function isOfSameImage(left: Pick<MigrationJob, "image">, right: Pick<MigrationJob, "image">): boolean {
  const digest = digestIn(left.image);
  return digest !== undefined && digest === digestIn(right.image);
}

function digestIn(reference: string): Digest | undefined {
  const text = reference.slice(reference.lastIndexOf("@") + 1);
  return isDigest(text) ? text : undefined;
}

export interface DownMigrationJob extends Omit<MigrationRun, "labels"> {
  /** In the cluster, where the version runs. */
  readonly namespace: string;
  readonly fromLevel: number;
  readonly toLevel: number;
  readonly undoes: string | undefined;
  readonly afterUpdate: string | undefined;
}

/** The Job that takes a database back, with what it was for on it. */
export function downMigrationJob(run: DownMigrationJob): JsonObject {
  const { application, image, namespace, undoes = "", afterUpdate = "" } = run;
  const { name } = application.application;
  const labels = migrationLabels(name, "down");
  const spec = migrationJobSpec({ ...run, labels });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: migrationJobName(name, "down", image.digest),
      namespace,
      labels,
      annotations: { [UNDOES]: undoes, [AFTER_UPDATE]: afterUpdate },
    },
    // Plain data all through, which an interface cannot say of itself.
    spec: spec as unknown as JsonObject,
  };
}
