import type { StackUpdate } from "../model/deployed-stage.ts";
import type { MigrationJob } from "../model/migration-job.ts";
import type { Pin } from "../model/pin.ts";
import type { Place, Refusal } from "../model/refusal.ts";

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
export function databaseLevel({ application, history, jobs }: LevelEvidence): DatabaseLevel {
  const own = jobs.filter((job) => job.application === application);
  const takenBack = own.find((job) => hasTakenBack(job, own));
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
function hasTakenBack({ direction, state, undoes }: MigrationJob, own: readonly MigrationJob[]): boolean {
  if (direction !== "down" || state !== "succeeded") return false;
  return undoes === undefined || own.some(({ uid }) => uid === undoes);
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
  const { application, stage, written, purpose, place } = question;
  const { level, takenBack, running } = databaseLevel(question);
  const rollback = `npm run rollback -- ${stage} ${application} --with-migrations`;
  if (running !== undefined && purpose === "deploy") {
    return [
      {
        code: "down-migration-running",
        place,
        found: `the Job ${running.name}, which takes the database of ${application} back to level ${running.toLevel ?? "?"}`,
        expected: "a database that stands still: a rollback has begun and was not brought to its end",
        action: `bring it to its end: ${rollback}`,
      },
    ];
  }
  if (level === undefined || isExplained(question, level, takenBack)) return [];
  if (purpose === "rollback" && takenBack !== undefined) {
    const without = databaseLevel({ ...question, jobs: question.jobs.filter((job) => job !== takenBack) });
    if (without.level === undefined || isExplained(question, without.level)) return [];
  }
  const found = written === undefined ? `no schema level of ${application}` : `schema level ${written}`;
  const undone = takenBack !== undefined && (written ?? 0) > level;
  return [
    {
      code: "schema-level-mismatch",
      place,
      found,
      expected: `${level}, where ${undone ? `the Job ${takenBack.name} has taken it` : whoSays(question)}`,
      action: undone
        ? `bring the rollback to its end that was stopped after its down migration: ${rollback}`
        : advice(question, level),
    },
  ];
}

/** The level itself, or one to which the pin is about to migrate. A version that was taken back does not migrate again. */
function isExplained({ written, pin }: LevelQuestion, level: number, takenBack?: MigrationJob): boolean {
  if (written === level || pin === undefined) return written === level;
  if (takenBack?.image.endsWith(`@${pin.image.digest}`) === true) return false;
  return written === Math.max(level, pin.schema?.migratesTo ?? 0);
}

function whoSays({ application, history, jobs }: LevelQuestion): string {
  const [alone, all] = [[], jobs].map((some) => databaseLevel({ application, history, jobs: some }).level);
  return alone === all
    ? "the stack's history has the database"
    : "a migration Job in the cluster has brought the database, or was about to";
}

function advice({ application, written, stage }: LevelQuestion, level: number): string {
  if ((written ?? 0) > level) {
    return `write ${level} under lockstep:schemaLevels.${application}: no update and no Job went further`;
  }
  return (
    `write ${level} again under lockstep:schemaLevels.${application}: a level that is lowered by hand does not lower the database; ` +
    `npm run rollback -- ${stage} ${application} --with-migrations does both`
  );
}
