import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeBackward, type BackwardQuestion } from "../../../src/delivery/rollback/backward-barrier.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { schemaFactsSchema, type SchemaFacts } from "../../../src/model/pin.ts";
import { refusalsOf } from "../../../src/model/refusal.ts";
import { codes } from "../../model/sample-stage.ts";

type Version = BackwardQuestion["running"];

function version(tag: string, schema?: SchemaFacts): Version {
  const image = { registry: "r.example.com", repository: "appointments", tag, digest: digestOf(tag) };
  return { image, ...(schema === undefined ? {} : { schema }) };
}

function facts(min: number, max: number, migratesTo?: number): SchemaFacts {
  return { supports: { min, max }, ...(migratesTo === undefined ? {} : { migratesTo }) };
}

const V140 = version("1.4.0", facts(12, 13, 13));
const V142 = version("1.4.2", facts(12, 14, 14));
const V144 = version("1.4.4", facts(13, 15, 14));
const V150 = version("1.5.0", facts(14, 15, 15));

const MIGRATION = { command: ["migrate", "up"], down: ["migrate", "down"] } as const;

function question(changes: Partial<BackwardQuestion> = {}): BackwardQuestion {
  return {
    ...{ stage: "inttest", application: { name: "appointments", migration: MIGRATION } },
    ...{ level: 15, levelBefore: 14, running: V150, target: V142 },
    candidates: [
      { pin: V150, to: "5" },
      { pin: V144, to: "4" },
      { pin: V142, to: "3" },
      { pin: V140, to: "1" },
    ],
    ...{ withMigrations: true, acceptDowntime: false, place: {} },
    ...changes,
  };
}

function judged(changes: Partial<BackwardQuestion> = {}) {
  const outcome = judgeBackward(question(changes));
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  const { down, levelAfter } = outcome.value;
  return [down?.fromLevel, down?.toLevel, levelAfter];
}

function actions(changes: Partial<BackwardQuestion>): string {
  return refusalsOf(judgeBackward(question(changes)))
    .map(({ action }) => action)
    .join("\n");
}

describe("judgeBackward", () => {
  it("runs the down migration of the running version to where the database was before it", () => {
    assert.deepEqual(judged(), [15, 14, 14]);
  });

  it("runs none where the target lives with the level, asked to or not", () => {
    assert.deepEqual(judged({ target: V144 }), [undefined, undefined, 15]);
    assert.deepEqual(judged({ target: V144, withMigrations: false }), [undefined, undefined, 15]);
  });

  it("runs none a second time: where the database is back, the target is there as it is", () => {
    assert.deepEqual(judged({ level: 14, levelBefore: undefined, withMigrations: false }), [undefined, undefined, 14]);
  });

  it("knows nothing of a database that nobody speaks of", () => {
    const plain = { application: { name: "portal" }, running: version("2"), target: version("1"), level: undefined };
    assert.deepEqual(judged(plain), [undefined, undefined, undefined]);
  });

  it("raises the level again where the target migrates to more than the way down left", () => {
    assert.deepEqual(judged({ levelBefore: 13, running: version("1.5.0", facts(13, 15, 15)) }), [15, 13, 14]);
  });

  const broken: Readonly<Record<string, readonly [Partial<BackwardQuestion>, string]>> = {
    "a version below the level, unless told to migrate": [{ withMigrations: false }, "schema-barrier"],
    "a migration without a way back": [
      { application: { name: "appointments", migration: { command: ["migrate", "up"] } } },
      "schema-irreversible",
    ],
    "two migrations at once": [{ target: V140 }, "schema-two-migrations"],
    "a level that the running version did not bring": [{ running: V144 }, "schema-not-its-own"],
    "a way down of which nobody knows where it ends": [{ levelBefore: undefined }, "schema-unknown-before"],
    "a way down below the running version, which still serves": [{ levelBefore: 13, target: V140 }, "schema-downtime"],
    "a version that says nothing of the database": [{ target: version("1.3.0") }, "schema-unknown"],
    "a version above the database": [{ target: version("9", facts(16, 17)) }, "schema-barrier"],
  };
  for (const [name, [changes, code]] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(codes(refusalsOf(judgeBackward(question(changes)))), [code]);
    });
  }

  it("accepts downtime where told", () => {
    assert.deepEqual(judged({ levelBefore: 13, target: V140, acceptDowntime: true }), [15, 13, 13]);
  });

  it("names the newest version that is safe, not the one that runs, with what to type", () => {
    assert.match(actions({ withMigrations: false }), /1\.4\.4: npm run rollback -- inttest --to 4 appointments/);
    assert.match(actions({ withMigrations: false }), /--with-migrations/);
    const none = actions({ withMigrations: false, candidates: [{ pin: V150, to: "5" }] });
    assert.match(none, /no version in the history/);
    assert.match(none, /later version/);
  });

  it("promises no way down that it would then refuse", () => {
    const irreversible = { application: { name: "appointments", migration: { command: ["migrate", "up"] } } } as const;
    for (const changes of [irreversible, { target: V140 }, { running: V144 }, { levelBefore: undefined }])
      assert.doesNotMatch(actions({ ...changes, withMigrations: false }), /--with-migrations/);
  });

  it("leads over two migrations by the version between them", () => {
    assert.match(actions({ target: V140 }), /1\.4\.4.*--to 4 appointments --with-migrations/);
  });

  const someFacts = fc
    .record({ min: fc.nat(6), more: fc.nat(4), up: fc.option(fc.nat(4), { nil: undefined }) })
    .map(({ min, more, up }) => facts(min, min + more, up === undefined ? undefined : min + Math.min(up, more)))
    .filter((candidate) => schemaFactsSchema.safeParse(candidate).success);
  const questions = fc
    .record({
      level: fc.option(fc.nat(9), { nil: undefined }),
      levelBefore: fc.option(fc.nat(8), { nil: undefined }),
      running: someFacts.map((schema) => version("running", schema)),
      target: fc.option(someFacts, { nil: undefined }).map((schema) => version("target", schema)),
      withMigrations: fc.boolean(),
      acceptDowntime: fc.boolean(),
      reversible: fc.boolean(),
    })
    .filter(({ level, levelBefore }) => levelBefore === undefined || (level !== undefined && levelBefore < level))
    .map(({ reversible, ...changes }) =>
      question({
        ...changes,
        application: { name: "a", migration: reversible ? MIGRATION : { command: ["migrate", "up"] } },
      }),
    );

  it("never lets a version through that does not support the level on which it runs", () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const outcome = judgeBackward(asked);
        if (outcome.kind === "refused" || asked.level === undefined) return;
        const { levelAfter, down } = outcome.value;
        const { supports } = asked.target.schema ?? { supports: { min: Infinity, max: -Infinity } };
        assert.ok(levelAfter !== undefined && supports.min <= levelAfter && levelAfter <= supports.max);
        if (down === undefined) assert.ok(levelAfter >= asked.level);
      }),
      { numRuns: 3000 },
    );
  });

  it("never goes down untold, past a version without a way back, or below the pods that serve", () => {
    fc.assert(
      fc.property(questions, (asked) => {
        const outcome = judgeBackward(asked);
        if (outcome.kind === "refused" || outcome.value.down === undefined) return;
        const { fromLevel, toLevel } = outcome.value.down;
        assert.ok(asked.withMigrations && asked.application.migration?.down !== undefined);
        assert.ok(fromLevel === asked.level && toLevel === asked.levelBefore && toLevel < fromLevel);
        assert.equal(asked.running.schema?.migratesTo, fromLevel);
        if (!asked.acceptDowntime) assert.ok(asked.running.schema.supports.min <= toLevel);
      }),
      { numRuns: 3000 },
    );
  });

  it("gives a reason and something to do with every refusal", () => {
    fc.assert(
      fc.property(questions, (asked) => {
        for (const { action, found, expected } of refusalsOf(judgeBackward(asked)))
          assert.ok([action, found, expected].every((text) => text !== "" && !text.includes("undefined")));
      }),
      { numRuns: 2000 },
    );
  });
});
