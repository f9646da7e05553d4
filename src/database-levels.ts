import type { LastDeployment } from "./adapters/engine-state.ts";
import { readMigrationJobs } from "./adapters/migration-jobs.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { refuseLoweredLevel } from "./delivery/schema-levels.ts";
import { renderPin } from "./model/pin-text.ts";
import type { Refusal } from "./model/refusal.ts";

/**
 * What the cluster's migration Jobs have against the schema levels of a stack file, for the program, which has no
 * history. Asked of what moves alone: what runs has met its database already.
 */
export async function checkDatabaseLevels(
  { stage, stackFile, source }: Pick<LoadedStage, "stage" | "stackFile" | "source">,
  deployment: Promise<Pick<LastDeployment, "applications">>,
): Promise<readonly Refusal[]> {
  const migrating = stage.applications.filter(({ application }) => application.migration !== undefined);
  if (stackFile.cluster === undefined || migrating.length === 0) return [];
  const images = new Map((await deployment).applications.map(({ name, image }) => [name, image]));
  const moved = migrating.filter(({ application: { name }, pin }) => images.get(name) !== renderPin(pin).image);
  if (moved.length === 0) return [];
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  const namespaces = moved.map(({ namespace }) => namespace);
  const jobs = await readMigrationJobs({ context: stackFile.cluster.context, place, namespaces });
  if (jobs.kind === "refused") return jobs.refusals;
  return moved.flatMap(({ application: { name, migration } }) =>
    refuseLoweredLevel({
      ...{ application: name, stage: stage.name, jobs: jobs.value, down: migration?.down },
      written: stackFile.schemaLevels.get(name),
      place: source.placeOf(["config", "lockstep:schemaLevels", name]),
    }),
  );
}
