import type { SchemaFacts } from "../model/pin.ts";
import type { Place, Refusal } from "../model/refusal.ts";

export interface SchemaStep {
  readonly application: string;
  /** The level that the stage's database has reached; undefined where none is known. */
  readonly level: number | undefined;
  /** What the version that runs now says; undefined where none runs or it says nothing. */
  readonly running: SchemaFacts | undefined;
  readonly wanted: SchemaFacts | undefined;
  /** The running version may fail while the new one is rolled out. */
  readonly acceptDowntime: boolean;
  readonly place: Place;
}

/** The level after the step: migrations only ever raise it. */
export function levelAfter({ level, wanted }: Pick<SchemaStep, "level" | "wanted">): number | undefined {
  const migratesTo = wanted?.migratesTo;
  if (migratesTo === undefined) return level;
  return Math.max(level ?? 0, migratesTo);
}

/** Why a version may not replace the running one, as far as the database is concerned. */
export function refuseSchemaStep(step: SchemaStep): readonly Refusal[] {
  const { application, level, running, wanted, acceptDowntime, place } = step;
  const refusals: Refusal[] = [];
  if (level !== undefined && wanted === undefined) {
    refusals.push({
      code: "schema-unknown",
      place,
      found: `a version of ${application} that does not say which database levels it supports`,
      expected: `one that supports level ${level}, where the database is`,
      action: "have the image built with the label lockstep.schema.supports",
    });
  }
  if (wanted === undefined) return refusals;
  const { supports, migratesTo } = wanted;
  if (level !== undefined && level > supports.max) {
    refusals.push({
      code: "schema-barrier",
      place,
      found: `a version of ${application} that supports the levels ${supports.min} to ${supports.max}`,
      expected: `one that supports level ${level}, where the database is`,
      action: "choose a later version, or roll back with the migrations",
    });
  }
  if (level !== undefined && level < supports.min && migratesTo === undefined) {
    refusals.push({
      code: "schema-barrier",
      place,
      found: `a version of ${application} that needs at least level ${supports.min} and does not migrate`,
      expected: `one that supports level ${level}, where the database is`,
      action: "roll out the version that brings the database there first",
    });
  }
  const after = levelAfter(step);
  if (!acceptDowntime && running !== undefined && after !== undefined && after > running.supports.max) {
    refusals.push({
      code: "schema-downtime",
      place,
      found: `a migration of ${application} to level ${after}, while the running version supports at most ${running.supports.max}`,
      expected: "a level that the running version can live with while it is replaced",
      action: `roll out a version that supports level ${after} without migrating to it first, or add --accept-downtime`,
    });
  }
  return refusals;
}
