import type { StackUpdate } from "../../model/deployed-stage.ts";
import type { MigrationJob } from "../../model/migration-job.ts";
import type { SchemaFacts } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { Stage, StageApplication } from "../../model/stage.ts";
import type { StackFile } from "../../model/stack-file.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { refuseSchemaStep } from "../schema-barrier.ts";
import { databaseLevel, refuseLevelMismatch } from "../schema-levels.ts";
import type { MovedVersion } from "./moved-version.ts";

export interface DatabasesQuestion {
  readonly stage: Pick<Stage, "name" | "applications">;
  readonly stackFile: Pick<StackFile, "schemaLevels">;
  readonly moved: readonly MovedVersion[];
  /** Of those, the ones that do not go back. */
  readonly forward: ReadonlySet<string>;
  /** The newest first, at least back to the newest that was of the whole stage and succeeded. */
  readonly history: readonly StackUpdate[];
  /** Of the stage. */
  readonly jobs: readonly MigrationJob[];
  readonly acceptDowntime: boolean;
  readonly purpose: "deploy" | "rollback" | "reconcile";
  readonly placeOf: YamlSource["placeOf"];
}

/** What the databases have against a deploy: the levels that the file remembers, and the versions that would meet them. */
export function refuseDatabases(question: DatabasesQuestion): readonly Refusal[] {
  const { stage, moved } = question;
  const migrating = stage.applications.filter(({ application }) => application.migration !== undefined);
  const wrong = migrating.flatMap((one) => refuseMismatch(one, question));
  return [...wrong, ...moved.flatMap((one) => refuseBarrier(one, question))];
}

function refuseMismatch(
  { application: { name: application, migration }, pin }: StageApplication,
  { stage, stackFile, history, jobs, purpose, placeOf }: DatabasesQuestion,
): readonly Refusal[] {
  return refuseLevelMismatch({
    ...{ application, stage: stage.name, history, jobs, pin, down: migration?.down },
    written: stackFile.schemaLevels.get(application),
    purpose: purpose === "rollback" ? "rollback" : "deploy",
    place: placeOf(["config", "lockstep:schemaLevels", application]),
  });
}

/** Against what is deployed: what the file said when the pin was written may not be what runs since. */
function refuseBarrier(
  { name, pin, running }: MovedVersion,
  { stage, forward, history, jobs, acceptDowntime, placeOf }: DatabasesQuestion,
): readonly Refusal[] {
  const { migration } = stage.applications.find((one) => one.application.name === name)?.application ?? {};
  const { level } = databaseLevel({ application: name, history, jobs, down: migration?.down });
  return refuseSchemaStep({
    ...{ application: name, level, wanted: pin.schema },
    running: running === undefined ? undefined : factsOf(name, running.image, history),
    // Whoever rolls back was asked when it was planned.
    acceptDowntime: acceptDowntime || !forward.has(name),
    place: placeOf(["config", "lockstep:pins", name]),
  });
}

/** What an image says of databases, as the update that brought it had it. */
function factsOf(application: string, image: string, history: readonly StackUpdate[]): SchemaFacts | undefined {
  const pins = history.flatMap(({ wholePins }) => wholePins.get(application) ?? []);
  return pins.find((pin) => renderPin(pin).image === image)?.schema;
}
