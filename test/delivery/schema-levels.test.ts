import assert from "node:assert/strict";
import fc from "fast-check";
import {
  databaseLevel,
  refuseLevelMismatch,
  refuseLoweredLevel,
  type LevelQuestion,
  type LevelUpdate,
} from "../../src/delivery/schema-levels.ts";
import { migrationJobName, type MigrationJob } from "../../src/model/migration-job.ts";
import { renderReference } from "../../src/model/reference.ts";
import { digestOf } from "../../src/model/digest.ts";
import { codes } from "../model/sample-stage.ts";

/** The oldest first, as they happened; a level, or more of the update. */
function updates(...levels: readonly (number | (Partial<LevelUpdate> & { readonly level?: number }))[]): LevelUpdate[] {
  const all = levels.map((one, index): LevelUpdate => {
    const { level, ...changes } = typeof one === "number" ? { level: one } : one;
    return {
      ...{ kind: "update", result: "succeeded", partial: false, startTime: `update-${index}` },
      schemaLevels: new Map(level === undefined ? [] : [["appointments", level]]),
      ...changes,
    };
  });
  return all.toReversed();
}

function pin(tag: string, min: number, migratesTo: number) {
  const image = { registry: "r.example.com", repository: "appointments", tag, digest: digestOf(tag) };
  return { image, schema: { supports: { min, max: 15 }, migratesTo } };
}
const V144 = pin("1.4.4", 13, 14);
const V150 = pin("1.5.0", 14, 15);

const WAY_DOWN = ["migrate", "down"];
const UP: MigrationJob = {
  ...{ application: "appointments", namespace: "ehealth", uid: "uid-5", command: ["migrate", "up"] },
  name: migrationJobName("appointments", "up", V150.image.digest),
  ...{ direction: "up", image: renderReference(V150.image), state: "succeeded", reason: undefined },
  ...{ fromLevel: undefined, toLevel: 15, undoes: undefined, afterUpdate: undefined },
};
const DOWN: MigrationJob = {
  ...UP,
  ...{ uid: "uid-down", direction: "down", undoes: "uid-5", command: WAY_DOWN },
  name: migrationJobName("appointments", "down", V150.image.digest),
  ...{ fromLevel: 15, toLevel: 14, afterUpdate: "update-1" },
};

function levels(history: readonly LevelUpdate[], jobs: readonly MigrationJob[] = []) {
  const { level, levelBefore } = databaseLevel({ application: "appointments", history, jobs, down: WAY_DOWN });
  return [level, levelBefore];
}

describe("databaseLevel", () => {
  it("is what the newest update that succeeded says, and knows the level before it", () => {
    assert.deepEqual(levels(updates(13, 14, 14, 15, 15)), [15, 14]);
    assert.deepEqual(levels(updates(13, 14, 15, 14)), [14, 13]);
  });

  it("is unknown where nobody says it", () => {
    assert.deepEqual(levels([]), [undefined, undefined]);
    assert.deepEqual(levels(updates({ level: undefined as never, schemaLevels: new Map() })), [undefined, undefined]);
    assert.deepEqual(levels(updates(14)), [14, undefined]);
  });

  it("counts an update that failed as one that migrated before it did", () => {
    assert.deepEqual(levels(updates(14, { level: 15, result: "failed" })), [15, 14]);
    assert.deepEqual(levels(updates(14, { level: 15, result: "in-progress" })), [15, 14]);
  });

  it("takes no level back on the strength of an update that failed or did a part", () => {
    assert.deepEqual(levels(updates(15, { level: 14, result: "failed" })), [15, undefined]);
    assert.deepEqual(levels(updates(15, { level: 14, partial: true })), [15, undefined]);
  });

  it("leaves aside what updates nothing", () => {
    assert.deepEqual(levels(updates(14, { level: 15, kind: "refresh" })), [14, undefined]);
  });

  it("counts a Job of an update that was killed, whether it ended or not", () => {
    for (const state of ["running", "succeeded", "failed"] as const) {
      assert.deepEqual(levels(updates(13, 14), [{ ...UP, state }]), [15, 14]);
    }
    assert.deepEqual(levels(updates(13, 14), [{ ...UP, application: "portal" }]), [14, 13]);
    assert.deepEqual(levels(updates(13, 14), [{ ...UP, toLevel: undefined }]), [14, 13]);
  });

  it("follows a down migration that succeeded", () => {
    assert.deepEqual(levels(updates(14, 15), [UP, DOWN]), [14, undefined]);
    assert.deepEqual(levels(updates(13, 14, 15), [UP, { ...DOWN, afterUpdate: "update-2" }]), [14, 13]);
  });

  it("follows one of which the history does not reach as far", () => {
    assert.deepEqual(levels([], [UP, DOWN]), [14, undefined]);
  });

  it("follows no down migration that failed or has not ended", () => {
    for (const state of ["running", "failed"] as const) {
      assert.deepEqual(levels(updates(14, 15), [UP, { ...DOWN, state }]), [15, 14]);
    }
  });

  it("knows a down migration of an earlier rollback by the Job that is gone, and by the updates after it", () => {
    assert.deepEqual(levels(updates(14, 15), [{ ...UP, uid: "uid-again" }, DOWN]), [15, 14]);
    assert.deepEqual(levels(updates(14, 15), [DOWN]), [15, 14]);
    assert.deepEqual(levels(updates(14, 15, 14, 15), [{ ...DOWN, undoes: undefined }]), [15, 14]);
    assert.deepEqual(levels(updates(14, 15), [{ ...DOWN, undoes: undefined, afterUpdate: "before all" }]), [15, 14]);
  });

  const strange: Readonly<Record<string, Partial<MigrationJob>>> = {
    "runs something else": { command: ["true"] },
    "runs more than that": { command: [...WAY_DOWN, "--dry-run"] },
    "runs what the image runs by itself": { command: [] },
    "is of another image than its name has": { image: renderReference(V144.image) },
    "is of another version than the one that it undoes": {
      image: renderReference(V144.image),
      name: migrationJobName("appointments", "down", V144.image.digest),
    },
    "names no image by its digest": { image: "r.example.com/appointments:1.5.0" },
    "goes up": { fromLevel: 13 },
    "does not say from where it went": { fromLevel: undefined },
  };
  for (const [what, parts] of Object.entries(strange)) {
    it(`follows none that ${what}, as anybody could have made it`, () => {
      assert.deepEqual(levels(updates(14, 15), [UP, { ...DOWN, ...parts }]), [15, 14]);
    });
  }

  it("follows none under a name that no rollback gives, where nothing is left of what it undid", () => {
    const alone = { ...DOWN, undoes: undefined };
    assert.deepEqual(levels(updates(14, 15), [alone]), [14, undefined]);
    assert.deepEqual(levels(updates(14, 15), [{ ...alone, name: "appointments-migrate-down-0123456789" }]), [15, 14]);
  });

  it("follows none that undoes itself", () => {
    assert.deepEqual(levels(updates(14, 15), [{ ...DOWN, undoes: DOWN.uid }]), [15, 14]);
  });

  it("follows none where the application has no way down", () => {
    const jobs = [UP, DOWN];
    const { level } = databaseLevel({ application: "appointments", history: updates(14, 15), jobs, down: undefined });
    assert.equal(level, 15);
  });

  it("finds the place of a down migration that ran after a refresh", () => {
    const history = updates(14, 15, { level: 15, kind: "refresh", startTime: "refreshed" });
    assert.deepEqual(levels(history, [UP, { ...DOWN, afterUpdate: "refreshed" }]), [14, undefined]);
  });

  it("never is below what a succeeded update left, without a down migration", () => {
    const results = fc.constantFrom("succeeded", "failed", "in-progress");
    const some = fc.array(fc.record({ level: fc.nat(9), result: results, partial: fc.boolean() }), { maxLength: 6 });
    fc.assert(
      fc.property(some, fc.nat(9), (later, level) => {
        const whole = [level, ...later];
        const lowered = later.some((one) => one.result === "succeeded" && !one.partial && one.level < level);
        const [found, before] = levels(updates(...whole));
        if (!lowered) assert.ok((found ?? -1) >= level);
        assert.ok(before === undefined || before < (found ?? -1));
      }),
    );
  });
});

function question(changes: Partial<LevelQuestion> = {}): LevelQuestion {
  return {
    ...{ application: "appointments", stage: "inttest", written: 15, purpose: "deploy", place: {} },
    pin: V150,
    history: updates(14, 15),
    jobs: [UP],
    down: WAY_DOWN,
    ...changes,
  };
}

describe("refuseLevelMismatch", () => {
  const passing: Readonly<Record<string, Partial<LevelQuestion>>> = {
    "the level that history and Jobs have": {},
    "the level to which a new pin is to migrate": { history: updates(14), jobs: [] },
    "a level that nobody else knows of": { history: [], jobs: [], written: 12 },
    "the level after a down migration": { jobs: [UP, DOWN], written: 14, pin: V144 },
    "a version below the database that lives with it": { pin: V144 },
    "a later version that migrates there again": { jobs: [UP, DOWN], pin: pin("1.5.2", 14, 15) },
    "a rollback that goes on before it wrote the file": { jobs: [UP, DOWN], purpose: "rollback" },
    "a rollback that goes on after it wrote the file": {
      ...{ jobs: [UP, DOWN], purpose: "rollback", written: 14, pin: V144 },
    },
    "a rollback whose down migration still runs": { jobs: [UP, { ...DOWN, state: "running" }], purpose: "rollback" },
  };
  for (const [name, changes] of Object.entries(passing)) {
    it(`has nothing against ${name}`, () => {
      assert.deepEqual(refuseLevelMismatch(question(changes)), []);
    });
  }

  const broken: Readonly<Record<string, readonly [Partial<LevelQuestion>, string]>> = {
    "a level that was lowered by hand": [{ written: 14, pin: V144 }, "schema-level-mismatch"],
    "a level that was taken out": [{ written: undefined, pin: undefined }, "schema-level-mismatch"],
    "a level that was raised by hand": [
      { history: updates(14), jobs: [], pin: V144, written: 15 },
      "schema-level-mismatch",
    ],
    "a level below what a Job of a killed update went for": [
      { history: updates(14), written: 14, pin: V144 },
      "schema-level-mismatch",
    ],
    "a deploy after a down migration whose rollback was stopped": [{ jobs: [UP, DOWN] }, "schema-level-mismatch"],
    "a deploy during a down migration": [{ jobs: [UP, { ...DOWN, state: "running" }] }, "down-migration-running"],
    "a rollback from a level that is neither before nor after its down migration": [
      { jobs: [UP, DOWN], purpose: "rollback", written: 13, pin: undefined },
      "schema-level-mismatch",
    ],
    "a rollback from a level that was lowered by hand": [
      { purpose: "rollback", written: 14, pin: V144 },
      "schema-level-mismatch",
    ],
  };
  for (const [name, [changes, code]] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(codes(refuseLevelMismatch(question(changes))), [code]);
    });
  }

  it("names a Job that is not believed, with what it ran", () => {
    const forged = { ...DOWN, command: ["true"] };
    const [refusal] = refuseLevelMismatch(question({ jobs: [UP, forged], written: 14, pin: V144 }));
    assert.equal(refusal?.code, "schema-level-mismatch");
    assert.ok(refusal.found.includes(DOWN.name) && refusal.found.includes("true"));
  });

  it("says to bring a stopped rollback to its end, not to write a level", () => {
    const [refusal] = refuseLevelMismatch(question({ jobs: [UP, DOWN] }));
    assert.match(refusal?.action ?? "", /npm run rollback -- inttest appointments --with-migrations/);
    assert.doesNotMatch(refusal?.action ?? "", /schemaLevels/);
  });
});

describe("refuseLoweredLevel", () => {
  const codesOf = (written: number | undefined, jobs: readonly MigrationJob[], down: readonly string[] = WAY_DOWN) =>
    codes(refuseLoweredLevel({ application: "appointments", stage: "inttest", place: {}, written, jobs, down }));

  it("has nothing against a level that no Job denies, or that is higher", () => {
    assert.deepEqual(codesOf(15, [UP]), []);
    assert.deepEqual(codesOf(16, [UP]), []);
    assert.deepEqual(codesOf(12, []), []);
    assert.deepEqual(codesOf(12, [{ ...UP, application: "portal" }]), []);
  });

  it("refuses one that is lower than a Job went for, whatever became of it", () => {
    for (const state of ["running", "succeeded", "failed"] as const)
      assert.deepEqual(codesOf(14, [{ ...UP, state }]), ["schema-level-mismatch"]);
    assert.deepEqual(codesOf(undefined, [UP]), ["schema-level-mismatch"]);
  });

  it("takes one that a Job took the database back to, and none below, and no Job that ran something else", () => {
    assert.deepEqual(codesOf(14, [UP, DOWN]), []);
    assert.deepEqual(codesOf(13, [UP, DOWN]), ["schema-level-mismatch"]);
    assert.deepEqual(codesOf(14, [UP, { ...DOWN, command: ["true"] }]), ["schema-level-mismatch"]);
    assert.deepEqual(codesOf(14, [UP, DOWN], []), ["schema-level-mismatch"]);
  });

  it("refuses every level while a database is being taken back", () => {
    assert.deepEqual(codesOf(14, [UP, { ...DOWN, state: "running" }]), ["down-migration-running"]);
  });
});
