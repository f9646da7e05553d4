import assert from "node:assert/strict";
import { refuseDatabases, type DatabasesQuestion } from "../../../src/delivery/deploy-checks/databases.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import type { Pin } from "../../../src/model/pin.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { sourceOf, stageOf, STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";

const stage = stageOf(STACK_FILE);
const pinned = stackFileOf(STACK_FILE).pins.get("appointments");
assert.ok(pinned !== undefined);

function versionOf(tag: string, min: number, max: number, migratesTo: number): Pin {
  assert.ok(pinned !== undefined);
  return { ...pinned, image: { ...pinned.image, tag }, schema: { supports: { min, max }, migratesTo } };
}

const running = versionOf("1.4.2", 12, 14, 14);
const writtenOf = (pin: Pin) => ({ image: renderPin(pin).image, chart: renderPin(pin).chart });
const update: StackUpdate = {
  ...{ version: 1, kind: "update", result: "succeeded", startTime: "", startMs: 0, endMs: 1, partial: false },
  ...{ message: "", head: undefined, dirty: false, record: undefined },
  pins: new Map([["appointments", writtenOf(running)]]),
  wholePins: new Map([["appointments", running]]),
  schemaLevels: new Map([["appointments", 14]]),
};

function codes(to: Pin | undefined, more: Partial<DatabasesQuestion> = {}, written = 14): readonly string[] {
  const applications = stage.applications.map((one) =>
    one.application.name === "appointments" ? { ...one, pin: to ?? running } : one,
  );
  return refuseDatabases({
    ...{ stage: { ...stage, applications }, stackFile: { schemaLevels: new Map([["appointments", written]]) } },
    ...{ history: [update], jobs: [], acceptDowntime: false, purpose: "deploy" },
    forward: new Set(["appointments"]),
    moved: to === undefined ? [] : [{ name: "appointments", pin: to, running: writtenOf(running) }],
    placeOf: (path) => sourceOf(STACK_FILE).placeOf(path),
    ...more,
  }).map(({ code }) => code);
}

describe("what databases have against a deploy", () => {
  it("is nothing where nothing moves, and the level is what the history says", () => {
    assert.deepEqual(codes(undefined), []);
  });

  it("is nothing where the running version can live with the migration", () => {
    assert.deepEqual(codes(versionOf("1.4.3", 13, 15, 14)), []);
  });

  it("is that what runs cannot live with the migration, unless it was accepted, or it goes back", () => {
    const next = versionOf("1.5.0", 14, 15, 15);
    assert.deepEqual(codes(next, {}, 15), ["schema-downtime"]);
    assert.deepEqual(codes(next, { acceptDowntime: true }, 15), []);
    assert.deepEqual(codes(next, { purpose: "rollback", forward: new Set() }, 15), []);
    assert.deepEqual(codes(next, { purpose: "rollback" }, 15), ["schema-downtime"]);
  });

  it("is that the version does not know where the database is", () => {
    assert.deepEqual(codes(versionOf("1.3.0", 10, 12, 12)), ["schema-barrier"]);
  });

  it("is a level that the history does not have", () => {
    assert.deepEqual(codes(undefined, {}, 13), ["schema-level-mismatch"]);
    assert.deepEqual(codes(undefined, {}, 15), ["schema-level-mismatch"]);
  });

  it("is nothing in a stage that nothing was deployed to", () => {
    const comes = [{ name: "appointments", pin: versionOf("1.5.0", 14, 15, 15), running: undefined }];
    assert.deepEqual(codes(undefined, { history: [], moved: comes }, 15), []);
  });
});
