import assert from "node:assert/strict";
import fc from "fast-check";
import { draftRollback, goingBack, type RollbackRequest } from "../../../src/delivery/rollback/rollback-plan.ts";
import { editYaml } from "../../../src/model/yaml-edit.ts";
import { catalogue, sourceOf, stackFileOf, STACK_FILE } from "../../model/sample-stage.ts";
import { groundOf, pinOf, update } from "./sample-history.ts";

const then = update(1, { portal: pinOf("2.2.0"), gone: pinOf("1.0.0", "gone") });

function draft(changes: Partial<RollbackRequest> = {}, text = STACK_FILE) {
  return draftRollback({ ...groundOf([then], text), update: then, names: ["portal"], named: false, ...changes });
}
const codes = (...args: Parameters<typeof draft>) => draft(...args).refusals.map(({ code }) => code);

describe("draftRollback", () => {
  it("brings back the whole pin of the update, and touches nothing else of the file", () => {
    const { plan, refusals } = draft();
    assert.deepEqual(refusals, []);
    const text = editYaml(sourceOf(STACK_FILE), plan.changes);
    assert.deepEqual(stackFileOf(text).pins.get("portal"), pinOf("2.2.0"));
    const others = (file: string) => file.split("\n").filter((line) => !/portal:2|web-service/.test(line));
    assert.deepEqual(others(text), others(STACK_FILE));
  });

  it("writes nothing twice", () => {
    const text = editYaml(sourceOf(STACK_FILE), draft().plan.changes);
    const again = draft({}, text).plan;
    assert.deepEqual([again.changes, again.applications, again.leftOut.length], [[], [], 1]);
  });

  it("excuses as a way back who goes back, or is back already, and nobody else", () => {
    const text = editYaml(sourceOf(STACK_FILE), draft().plan.changes);
    for (const file of [STACK_FILE, text]) {
      const { plan } = draft({ names: ["portal", "status-page"] }, file);
      assert.deepEqual(goingBack(plan, stackFileOf(file)), ["portal"]);
    }
  });

  it("leaves what came later where it is, and refuses it where it was named", () => {
    const names = ["portal", "status-page"];
    assert.deepEqual(
      draft({ names }).plan.leftOut.map(({ name }) => name),
      ["status-page"],
    );
    assert.deepEqual(codes({ names, named: true }), ["not-in-update"]);
  });

  it("refuses a disabled application that was named", () => {
    const text = STACK_FILE.replace(
      "    portal:\n      resources",
      "    portal:\n      enabled: false\n      resources",
    );
    assert.deepEqual(codes({ named: true }, text), ["application-disabled"]);
    assert.deepEqual(codes({}, text), []);
  });

  it("refuses a version on hold, and names a hold of the application without being stopped by it", () => {
    const hold = (image: string) =>
      STACK_FILE.replace(
        "  lockstep:settings:",
        `  lockstep:holds:\n    portal: { reason: bad${image} }\n  lockstep:settings:`,
      );
    assert.deepEqual(codes({}, hold(`, image: "${pinOf("2.2.0").image.digest}"`)), ["held"]);
    assert.deepEqual(codes({}, hold(`, image: "${pinOf("2.1.0").image.digest}"`)), []);
    const { plan, refusals } = draft({}, hold(""));
    assert.deepEqual([refusals, plan.applications[0]?.holds.length], [[], 1]);
  });

  describe("of an application with a database", () => {
    const schema = (min: number, max: number, migratesTo: number) => ({
      schema: { supports: { min, max }, migratesTo },
    });
    const from = (min: number, max: number, migratesTo: number) => {
      const earlier = update(
        1,
        { appointments: pinOf("1.4.0", "appointments", schema(min, max, migratesTo)) },
        { schemaLevels: new Map([["appointments", migratesTo]]) },
      );
      return { ...groundOf([earlier]), update: earlier, names: ["appointments"] };
    };

    it("refuses a version that the database has gone beyond", () => {
      const { refusals } = draft({
        ...from(12, 13, 13),
        jobs: [],
        history: [update(2, {}, { schemaLevels: new Map([["appointments", 14]]) })],
      });
      assert.deepEqual(
        refusals.map(({ code }) => code),
        ["schema-barrier"],
      );
    });

    it("sends nobody to a version that is on hold, in the file or in the cluster", () => {
      const image = pinOf("1.4.1", "appointments").image.digest;
      const given = from(12, 13, 13);
      const safe = update(
        2,
        { appointments: pinOf("1.4.1", "appointments", schema(12, 14, 14)) },
        { schemaLevels: new Map([["appointments", 14]]) },
      );
      const action = (changes: Partial<RollbackRequest>, text = STACK_FILE) => {
        const { stackFile } = groundOf([], text);
        const { refusals } = draft({ ...given, history: [safe, given.update], stackFile, ...changes });
        return refusals.map((one) => one.action).join("\n");
      };
      assert.match(action({}), /the newest version that is safe is 1\.4\.1/);
      const hold = (name: string) => ({ clusterHolds: [{ application: name, image }] });
      assert.match(action(hold("portal")), /safe is 1\.4\.1/);
      const held = `  lockstep:holds:\n    appointments: { reason: bad, image: "${image}" }\n  lockstep:settings:`;
      const inFile = STACK_FILE.replace("  lockstep:settings:", held);
      for (const text of [action(hold("appointments")), action({}, inFile)])
        assert.match(text, /no version in the history that is not on hold/);
    });

    it("lets no image take the database back that was never deployed", () => {
      const given = from(12, 13, 13);
      const [now] = [stackFileOf(STACK_FILE).pins.get("appointments")];
      assert.ok(now !== undefined);
      const own = catalogue.get("appointments");
      assert.ok(own?.migration !== undefined);
      const reversible = { ...own, migration: { ...own.migration, down: ["migrate", "down"] as const } };
      const more = { catalogue: new Map(catalogue).set("appointments", reversible) };
      const levels = { schemaLevels: new Map([["appointments", 14]]) };
      const downTo = (pin: typeof now) =>
        draft({
          ...given,
          ...more,
          withMigrations: true,
          acceptDowntime: true,
          history: [update(2, { appointments: pin }, levels), given.update],
        });
      assert.deepEqual(
        downTo(now).refusals.map(({ code }) => code),
        [],
      );
      assert.deepEqual(
        downTo(pinOf("1.4.1", "appointments")).refusals.map(({ code }) => code),
        ["never-deployed"],
      );
    });

    it("never plans a version that cannot live with the database, and never loses the level", () => {
      const level = fc.integer({ min: 0, max: 20 });
      fc.assert(
        fc.property(level, level, level, level, (a, b, c, now) => {
          const [min = 0, migratesTo = 0, max = 0] = [a, b, c].toSorted((left, right) => left - right);
          const history = [update(2, {}, { schemaLevels: new Map([["appointments", now]]) })];
          const text = STACK_FILE.replace(
            "schemaLevels: { appointments: 14 }",
            `schemaLevels: { appointments: ${now} }`,
          );
          const given = from(min, max, migratesTo);
          const { plan, refusals } = draft({ ...given, ...groundOf(history, text), acceptDowntime: true });
          if (refusals.length > 0) return;
          assert.ok(now <= max);
          for (const one of plan.applications) assert.ok((one.levelAfter ?? 0) >= now && (one.levelAfter ?? 99) <= max);
        }),
      );
    });
  });
});
