import assert from "node:assert/strict";
import fc from "fast-check";
import { levelAfter, refuseSchemaStep, type SchemaStep } from "../../src/delivery/schema-barrier.ts";
import { schemaFactsSchema, type SchemaFacts } from "../../src/model/pin.ts";
import { codes } from "../model/sample-stage.ts";

function facts(min: number, max: number, migratesTo?: number): SchemaFacts {
  return { supports: { min, max }, ...(migratesTo === undefined ? {} : { migratesTo }) };
}

function step(changes: Partial<SchemaStep>): SchemaStep {
  return {
    application: "a",
    level: 13,
    running: facts(12, 14, 13),
    wanted: facts(12, 14, 14),
    acceptDowntime: false,
    place: {},
    ...changes,
  };
}

const someFacts = fc
  .record({ min: fc.nat(9), more: fc.nat(4), up: fc.option(fc.nat(4), { nil: undefined }) })
  .map(({ min, more, up }) => facts(min, min + more, up === undefined ? undefined : min + Math.min(up, more)))
  .filter((candidate) => schemaFactsSchema.safeParse(candidate).success);
const steps = fc
  .record({
    level: fc.option(fc.nat(12), { nil: undefined }),
    running: fc.option(someFacts, { nil: undefined }),
    wanted: fc.option(someFacts, { nil: undefined }),
    acceptDowntime: fc.boolean(),
  })
  .map(step);

describe("refuseSchemaStep", () => {
  const passing: Readonly<Record<string, Partial<SchemaStep>>> = {
    "a migration that the running version can live with": {},
    "the same version again": { running: facts(12, 14, 14), level: 14 },
    "an earlier version that supports the level": { level: 14, wanted: facts(12, 14, 13) },
    "the first version": { level: undefined, running: undefined },
    "an application without a database": { level: undefined, running: undefined, wanted: undefined },
    "a migration with downtime, where that is accepted": { running: facts(12, 13, 13), acceptDowntime: true },
  };
  for (const [name, changes] of Object.entries(passing)) {
    it(`has nothing against ${name}`, () => {
      assert.deepEqual(refuseSchemaStep(step(changes)), []);
    });
  }

  const broken: Readonly<Record<string, readonly [Partial<SchemaStep>, readonly string[]]>> = {
    "a version below the database": [{ level: 15 }, ["schema-barrier", "schema-downtime"]],
    "a version below the database, downtime or not": [{ level: 15, acceptDowntime: true }, ["schema-barrier"]],
    "a version above the database that does not migrate": [{ level: 11, wanted: facts(12, 14) }, ["schema-barrier"]],
    "a migration that the running version cannot live with": [{ running: facts(12, 13, 13) }, ["schema-downtime"]],
    "a version that says nothing, over a database of a known level": [{ wanted: undefined }, ["schema-unknown"]],
    "a version that says nothing, even where nothing is known to run": [
      { wanted: undefined, running: undefined },
      ["schema-unknown"],
    ],
  };
  for (const [name, [changes, expected]] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(codes(refuseSchemaStep(step(changes))), expected);
    });
  }

  it("never lets a version through that does not support the database, whatever else is accepted", () => {
    fc.assert(
      fc.property(steps, (some) => {
        if (some.level === undefined || refuseSchemaStep(some).length > 0) return;
        assert.ok(some.wanted !== undefined);
        assert.ok(some.wanted.supports.max >= some.level);
        assert.ok(some.wanted.supports.min <= (levelAfter(some) ?? 0));
      }),
      { numRuns: 2000 },
    );
  });

  it("never brings the database beyond the running version unless downtime is accepted", () => {
    fc.assert(
      fc.property(steps, (some) => {
        if (some.acceptDowntime || some.running === undefined || refuseSchemaStep(some).length > 0) return;
        assert.ok((levelAfter(some) ?? 0) <= some.running.supports.max);
      }),
      { numRuns: 2000 },
    );
  });

  it("never lowers the level", () => {
    fc.assert(
      fc.property(steps, (some) => {
        assert.ok((levelAfter(some) ?? -1) >= (some.level ?? -1));
      }),
    );
  });
});
