import type { StackUpdate } from "../model/deployed-stage.ts";
import { isOfSameImage, runsWayDown, type MigrationJob } from "../model/migration-job.ts";
import type { Pin } from "../model/pin.ts";
import type { Place, Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";

/** An update of the stack's history, and the levels in its configuration. */
export interface LevelUpdate extends Pick<StackUpdate, "kind" | "result" | "partial" | "startTime"> {
  readonly schemaLevels: ReadonlyMap<string, number>;
}

/** What tells where an application's database is, besides the stack file. */
export interface LevelEvidence {
  readonly application: string;
  /** The newest first, at least to the newest that succeeded as a whole and names the application's level. */
  readonly history: readonly LevelUpdate[];
  /** Of the stage; those of other applications do not matter. */
  readonly jobs: readonly MigrationJob[];
  /** The application's way down, as the catalogue has it now: a Job that ran something else has taken nothing back. */
  readonly down: readonly string[] | undefined;
}

/** Where an application's database is. */
export interface DatabaseLevel {
  /** Undefined where neither the history nor a Job tells. */
  readonly level: number | undefined;
  /** Where it was before it came to that level; undefined where the history does not reach as far. */
  readonly levelBefore: number | undefined;
  /** The down migration that brought it there and whose rollback has not ended. */
  readonly takenBack: MigrationJob | undefined;
  /** The down migration that is on its way. */
  readonly running: MigrationJob | undefined;
}

/**
 * Follows the database through the stage's history. An update that failed may have migrated before it did, and so may a
 * Job of an update that was killed: both count as if they had, since a version that cannot live with the level must
 * not come back on the strength of a doubt.
 */
export function databaseLevel({ application, history, jobs, down }: LevelEvidence): DatabaseLevel {
  const own = jobs.filter((job) => job.application === application);
  const takenBack = own.find((job) => hasTakenBack(job, own) && runsWayDown(job, down));
  const running = own.find(({ direction, state }) => direction === "down" && state === "running");
  const levels: number[] = [];
  const raise = (level: number): void => {
    levels.push(Math.max(levels.at(-1) ?? 0, level));
  };
  const back = takenBack?.toLevel;
  const position = history.findIndex(({ startTime }) => startTime === takenBack?.afterUpdate);
  // An update that the history does not tell any more is older than the rest.
  if (back !== undefined && position === -1) levels.push(back);
  for (const { kind, result, partial, startTime, schemaLevels } of history.toReversed()) {
    const level = kind === "update" ? schemaLevels.get(application) : undefined;
    if (level !== undefined && result === "succeeded" && !partial) levels.push(level);
    else if (level !== undefined) raise(level);
    if (back !== undefined && startTime === takenBack?.afterUpdate) levels.push(back);
  }
  for (const { uid, direction, toLevel } of own) {
    if (direction === "up" && toLevel !== undefined && takenBack?.undoes !== uid) raise(toLevel);
  }
  const level = levels.at(-1);
  return { level, levelBefore: levels.findLast((one) => level !== undefined && one < level), takenBack, running };
}

/** Once the rollback that it was for is deployed, the Job that it undid is gone, and a later one is another. */
function hasTakenBack(job: MigrationJob, own: readonly MigrationJob[]): boolean {
  const { direction, state, undoes } = job;
  if (direction !== "down" || state !== "succeeded") return false;
  return undoes === undefined || own.some((up) => up.uid === undoes && up.direction === "up" && isOfSameImage(up, job));
}

/** Jobs that say of themselves what a rollback's would, and are none. */
function strangeJobs({ application, jobs, down }: Omit<LevelEvidence, "history">): readonly MigrationJob[] {
  const says = jobs.filter((job) => job.application === application && job.direction === "down");
  return says.filter((job) => job.state === "succeeded" && !runsWayDown(job, down));
}

export interface LevelQuestion extends LevelEvidence {
  readonly stage: string;
  /** What the stack file says. */
  readonly written: number | undefined;
  /** What the stack file pins. */
  readonly pin: Pick<Pin, "image" | "schema"> | undefined;
  /** A rollback goes on where one that was killed has stopped: before its file was written, or after. */
  readonly purpose: "deploy" | "rollback";
  /** Of the level in the stack file. */
  readonly place: Place;
}

/** Why the level that the stack file remembers cannot be right. */
export function refuseLevelMismatch(question: LevelQuestion): readonly Refusal[] {
  const { written, purpose, place } = question;
  const { level, takenBack, running } = databaseLevel(question);
  if (running !== undefined && purpose === "deploy") return [refuseRunning(running, question)];
  if (level === undefined || isExplained(question, level, takenBack)) return [];
  if (purpose === "rollback" && takenBack !== undefined) {
    const without = databaseLevel({ ...question, jobs: question.jobs.filter((job) => job !== takenBack) });
    if (without.level === undefined || isExplained(question, without.level)) return [];
  }
  const undone = takenBack !== undefined && (written ?? 0) > level;
  return [
    {
      code: "schema-level-mismatch",
      place,
      found: foundLevel(question),
      expected: `${level}, where ${undone ? `the Job ${takenBack.name} has taken it` : whoSays(question)}`,
      action: undone
        ? `bring the rollback to its end that was stopped after its down migration: ${rollbackOf(question)}`
        : advice(question, level),
    },
  ];
}

export type JobsLevelQuestion = Omit<LevelQuestion, "history" | "pin" | "purpose">;

/**
 * What the cluster's Jobs alone have against the level that the stack file remembers, for whoever has no history: one
 * that is lower than a Job of a version that is still deployed brought the database to, and no Job took it back. One
 * that is higher brings no version back that cannot live with the database.
 */
export function refuseLoweredLevel(question: JobsLevelQuestion): readonly Refusal[] {
  const { application, written, place } = question;
  const { level, running } = databaseLevel({ ...question, history: [] });
  if (running !== undefined) return [refuseRunning(running, question)];
  if (level === undefined || (written ?? 0) >= level) return [];
  return [
    {
      code: "schema-level-mismatch",
      place,
      found: foundLevel(question),
      expected: `${level}, where a migration Job in the cluster has brought the database of ${application}, or was about to`,
      action: advice(question, level),
    },
  ];
}

function refuseRunning({ name, toLevel }: MigrationJob, question: JobsLevelQuestion): Refusal {
  const { application, place } = question;
  return {
    code: "down-migration-running",
    place,
    found: `the Job ${name}, which takes the database of ${application} back to level ${toLevel ?? "?"}`,
    expected: "a database that stands still: a rollback has begun and was not brought to its end",
    action: `bring it to its end: ${rollbackOf(question)}`,
  };
}

function rollbackOf({ stage, application }: Pick<LevelQuestion, "stage" | "application">): string {
  return `npm run rollback -- ${stage} ${application} --with-migrations`;
}

function foundLevel(question: JobsLevelQuestion): string {
  const { application, written } = question;
  return [
    written === undefined ? `no schema level of ${application}` : `schema level ${written}`,
    ...strangeJobs(question).map(
      ({ name, image, command }) =>
        `the Job ${name} is not believed: it ran ${shellCommand([image, ...command])}, which is not the way down of ${application}`,
    ),
  ].join("\n");
}

/** The level itself, or one to which the pin is about to migrate. A version that was taken back does not migrate again. */
function isExplained({ written, pin }: LevelQuestion, level: number, takenBack?: MigrationJob): boolean {
  if (written === level || pin === undefined) return written === level;
  if (takenBack?.image.endsWith(`@${pin.image.digest}`) === true) return false;
  return written === Math.max(level, pin.schema?.migratesTo ?? 0);
}

function whoSays(question: LevelQuestion): string {
  const [alone, all] = [[], question.jobs].map((jobs) => databaseLevel({ ...question, jobs }).level);
  return alone === all
    ? "the stack's history has the database"
    : "a migration Job in the cluster has brought the database, or was about to";
}

function advice({ application, written, stage }: JobsLevelQuestion, level: number): string {
  if ((written ?? 0) > level) {
    return `write ${level} under lockstep:schemaLevels.${application}: no update and no Job went further`;
  }
  return (
    `write ${level} again under lockstep:schemaLevels.${application}: a level that is lowered by hand does not lower the database; ` +
    `${rollbackOf({ stage, application })} does both`
  );
}
