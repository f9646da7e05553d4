import type { Application } from "../../model/application.ts";
import type { Pin, SchemaFacts } from "../../model/pin.ts";
import { accepted, refused, type Outcome, type Place, type Refusal } from "../../model/refusal.ts";
import { levelAfter, refuseSchemaStep } from "../schema-barrier.ts";

type Version = Pick<Pin, "image" | "schema">;

/** A version that a rollback could go to. */
export interface BackwardCandidate {
  readonly pin: Version;
  /** What `--to` takes for it. */
  readonly to: string;
}

export interface BackwardQuestion {
  readonly stage: string;
  readonly application: Pick<Application, "name" | "migration">;
  /** Where the database is (src/delivery/schema-levels.ts); undefined where nobody knows of one. */
  readonly level: number | undefined;
  /** Where it was before it came to that level; undefined where the history does not say. */
  readonly levelBefore: number | undefined;
  /** The version whose migration is there: what runs now, or was to. */
  readonly running: Version;
  readonly target: Version;
  /** Versions that the history has and nobody holds, the newest first. */
  readonly candidates: readonly BackwardCandidate[];
  readonly withMigrations: boolean;
  readonly acceptDowntime: boolean;
  readonly place: Place;
}

/** What a rollback does to a database. */
export interface BackwardSteps {
  /** The down migration of the running version; undefined where the target can live with the level. */
  readonly down: { readonly fromLevel: number; readonly toLevel: number } | undefined;
  /** Where the database is when the target runs: what the stack file is to say. */
  readonly levelAfter: number | undefined;
}

/** What becomes of the database on the way back, or why there is no way back. */
export function judgeBackward(question: BackwardQuestion): Outcome<BackwardSteps> {
  const { level, target, withMigrations } = question;
  const against = refuseTarget(question, level);
  const { schema } = target;
  // A way down changes nothing for a version that can live with the level, or that does not say.
  if (level === undefined || schema === undefined || level <= schema.supports.max) {
    return against.length > 0
      ? refused(against)
      : accepted({ down: undefined, levelAfter: levelWith(question, level) });
  }
  return withMigrations ? judgeDown(question, level, schema) : refused([refuseBelow(question, level, schema)]);
}

/** Forward or back: the target is rolled out over a database at that level. */
function refuseTarget(question: BackwardQuestion, level: number | undefined): readonly Refusal[] {
  const { application, running, target, acceptDowntime, place } = question;
  return refuseSchemaStep({
    ...{ application: application.name, level, running: running.schema, wanted: target.schema, acceptDowntime, place },
  });
}

/** An application without migrations leaves the database where it is. */
function levelWith({ application, target }: BackwardQuestion, level: number | undefined): number | undefined {
  if (application.migration === undefined) return level;
  return levelAfter({ level, wanted: target.schema });
}

/** One version at a time: what a down migration leaves must be a level that the target knows. */
function judgeDown(question: BackwardQuestion, level: number, schema: SchemaFacts): Outcome<BackwardSteps> {
  const { levelBefore, running } = question;
  const cannot = refuseNoWayDown(question, level);
  if (cannot.length > 0) return refused(cannot);
  if (levelBefore === undefined) return refused([refuseUnknownBefore(question, level)]);
  if (levelBefore > schema.supports.max) return refused([refuseTwoMigrations(question, levelBefore, schema)]);
  const refusals = [
    ...(isServedAt(running, levelBefore) || question.acceptDowntime ? [] : [refuseDowntime(question, levelBefore)]),
    ...refuseTarget({ ...question, acceptDowntime: true }, levelBefore),
  ];
  if (refusals.length > 0) return refused(refusals);
  const down = { fromLevel: level, toLevel: levelBefore };
  return accepted({ down, levelAfter: levelWith(question, levelBefore) });
}

/** The running version's pods serve until the target's do. */
function isServedAt({ schema }: Version, level: number): boolean {
  return schema === undefined || (level >= schema.supports.min && level <= schema.supports.max);
}

function refuseNoWayDown({ application, running, place, ...question }: BackwardQuestion, level: number): Refusal[] {
  const { name, migration } = application;
  const way = wayForward({ application, running, place, ...question }, level);
  const refuse = (code: string, found: string, expected: string): Refusal[] => [
    { code, place, found, expected, action: way },
  ];
  if (migration?.down === undefined) {
    const expected = `a \`down\` beside its \`command\` in src/applications/${name}.ts: without one nobody can take the database back`;
    return refuse("schema-irreversible", `a migration of ${name} to level ${level} that has no way back`, expected);
  }
  if (running.schema?.migratesTo !== level) {
    const brings = running.schema?.migratesTo;
    const found = `${tagOf(running)} of ${name}, whose migration ${brings === undefined ? "says no level" : `brings level ${brings}`}`;
    return refuse("schema-not-its-own", found, `the version that brought level ${level}: it alone knows the way back`);
  }
  return [];
}

function refuseBelow(question: BackwardQuestion, level: number, { supports }: SchemaFacts): Refusal {
  const { application, target, place, levelBefore, running } = question;
  const { name, migration } = application;
  const canGoBack = migration?.down !== undefined && running.schema?.migratesTo === level;
  const enough = levelBefore !== undefined && levelBefore <= supports.max;
  return {
    code: "schema-barrier",
    place,
    found: `${tagOf(target)} of ${name}, which supports the levels ${supports.min} to ${supports.max}`,
    expected: `a version that supports level ${level}, where the database is`,
    action: [
      ...(canGoBack && enough
        ? [`add --with-migrations: ${tagOf(running)} takes the database back to level ${levelBefore} first`]
        : []),
      wayForward(question, level),
    ].join("\n"),
  };
}

function refuseUnknownBefore(question: BackwardQuestion, level: number): Refusal {
  const { application, place } = question;
  return {
    code: "schema-unknown-before",
    place,
    found: `nothing in the stack's history that says where the database of ${application.name} was before level ${level}`,
    expected: "an earlier update with a lower level: it tells the down migration where to end",
    action: wayForward(question, level),
  };
}

function refuseTwoMigrations(question: BackwardQuestion, levelBefore: number, { supports }: SchemaFacts): Refusal {
  const { stage, application, target, running, candidates, place } = question;
  const { name } = application;
  const between = candidates.find(({ pin }) => supportsLevel(pin, levelBefore) && !isSame(pin, running));
  const rest = `npm run rollback -- ${stage} ${name} --with-migrations`;
  return {
    code: "schema-two-migrations",
    place,
    found: `${tagOf(target)} of ${name}, more than one migration below ${tagOf(running)}: the first ends at level ${levelBefore}, and it supports at most ${supports.max}`,
    expected: "one migration at a time: each version knows the way back of its own migration alone",
    action:
      between === undefined
        ? `no version in the history that is not on hold supports level ${levelBefore}: roll out a later version that mends the fault`
        : `first to ${tagOf(between.pin)}, then on from there: npm run rollback -- ${stage} --to ${between.to} ${name} --with-migrations\n${rest} --to …`,
  };
}

function refuseDowntime({ application, running, place }: BackwardQuestion, level: number): Refusal {
  const { min, max } = running.schema?.supports ?? { min: 0, max: 0 };
  return {
    code: "schema-downtime",
    place,
    found: `a way back of ${application.name} to level ${level}, while ${tagOf(running)}, which serves until it is replaced, supports the levels ${min} to ${max}`,
    expected: "a level that the running version can live with while it is replaced",
    action: "add --accept-downtime: it may fail until the earlier version is there",
  };
}

/** The newest version of the history that needs no way down, and where there is none, the way that is always there. */
function wayForward({ stage, application, candidates, running }: BackwardQuestion, level: number): string {
  const { name } = application;
  const safe = candidates.find(({ pin }) => supportsLevel(pin, level) && !isSame(pin, running));
  const mend = `roll out a later version that mends the fault: it needs no way back`;
  if (safe === undefined) return `no version in the history that is not on hold supports level ${level}: ${mend}`;
  return `the newest version that is safe is ${tagOf(safe.pin)}: npm run rollback -- ${stage} --to ${safe.to} ${name}\nor ${mend}`;
}

function supportsLevel({ schema }: Version, level: number): boolean {
  return schema !== undefined && level >= schema.supports.min && level <= schema.supports.max;
}

function isSame(left: Version, right: Version): boolean {
  return left.image.digest === right.image.digest;
}

function tagOf({ image }: Version): string {
  return image.tag;
}
