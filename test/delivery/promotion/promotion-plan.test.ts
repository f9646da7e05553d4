import assert from "node:assert/strict";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { STACK_FILE, stackFileOf, withText } from "../../model/sample-stage.ts";
import { codesOf, refusalsOf, valueOf } from "../../model/trust/sample-trust.ts";
import { baseline, CAT, prod, statementOf, statesOf, T0 } from "../coverage/sample-court.ts";
import { applied, HOUR, imageOf, movedBy, plan, SOURCE, withImage } from "./sample-promotion.ts";

const SCHEMA = "schema: { supports: { min: 12, max: 14 }, migratesTo: 14 }";

function held(on: string, until?: string): string {
  const end = until === undefined ? "" : `, until: "${until}"`;
  return `${STACK_FILE}  lockstep:holds: { "${on}": { reason: a demonstration, by: dan${end} } }\n`;
}

describe("planPromotion", () => {
  it("moves everything that differs, and nothing else", () => {
    const { applications, changes, leftOut } = valueOf(plan());
    assert.deepEqual(
      applications.map(({ name, before, after }) => [name, before?.image.tag, after.image.tag]),
      [
        ["appointments", "1.4.2", "1.5.0"],
        ["portal", "2.3.0", "2.4.0"],
      ],
    );
    assert.deepEqual(
      changes.map(({ path }) => path.join(" ")),
      ["config lockstep:pins appointments", "config lockstep:pins portal"],
    );
    assert.deepEqual(leftOut, []);
  });

  it("moves what is named alone", () => {
    assert.deepEqual(
      valueOf(plan({ names: ["portal"] })).applications.map(({ name }) => name),
      ["portal"],
    );
  });

  it("writes exactly the source's pins into the target", () => {
    const after = stackFileOf(applied(valueOf(plan())));
    assert.deepEqual(after.pins, stackFileOf(SOURCE).pins);
  });

  it("brings an application that the target does not have yet, with its schema level", () => {
    const target = withText("  lockstep:schemaLevels: { appointments: 14 }\n", "", STACK_FILE).replace(
      /^ {4}appointments:\n {6}image(?:.*\n){3}/m,
      "",
    );
    const { applications } = valueOf(plan({ target, names: ["appointments"], chains: new Map() }));
    assert.deepEqual(
      applications.map(({ before, levelBefore, levelAfter }) => [before, levelBefore, levelAfter]),
      [[undefined, undefined, 14]],
    );
  });

  it("is empty where the target has it all by a statement", () => {
    assert.deepEqual(valueOf(plan({ source: STACK_FILE })), {
      ...{ from: "preprod", to: "prod", applications: [], leftOut: [], changes: [] },
    });
  });

  it("moves a pin that was written by hand: no statement brought it, and the file stays as it is", () => {
    const moved = valueOf(plan({ target: SOURCE }));
    assert.deepEqual(moved.changes, []);
    assert.equal(moved.applications.length, 2);
  });

  it("names the settings that the stages have differently, and nothing of a secret", () => {
    const source = withText("LOG_LEVEL: debug", "LOG_LEVEL: warn", SOURCE).replace("v1:queue", "v1:other");
    const [appointments] = valueOf(plan({ source })).applications;
    assert.deepEqual(appointments?.settings, [{ path: "env.LOG_LEVEL", left: "warn", right: "debug" }]);
  });
});

describe("planPromotion refuses", () => {
  it("a way that stages.yaml does not have", () => {
    assert.deepEqual(codesOf(plan({ from: "inttest" })), ["wrong-source"]);
  });

  it("a stage that the registry feeds", () => {
    const to = { ...prod, from: "registry" as const, routes: [] };
    assert.deepEqual(codesOf(plan({ to })), ["wrong-source"]);
  });

  it("a way that is none even where there would be nothing to promote", () => {
    assert.deepEqual(codesOf(plan({ from: "inttest", source: STACK_FILE })), ["wrong-source"]);
  });

  it("who is no promoter", () => {
    assert.deepEqual(codesOf(plan({ promoter: CAT.principal })), ["not-a-promoter"]);
  });

  it("nobody for that where there is nothing to promote", () => {
    assert.deepEqual(codesOf(plan({ promoter: CAT.principal, source: STACK_FILE })), []);
  });

  it("an application that the catalogue does not have", () => {
    assert.deepEqual(codesOf(plan({ names: ["portals"] })), ["unknown-application"]);
  });

  it("an application that the source has not pinned", () => {
    const source = SOURCE.replace(/^ {4}portal:\n {6}image.*\n {6}chart.*\n/m, "");
    assert.deepEqual(codesOf(plan({ source, names: ["portal"] })), ["not-in-source"]);
    assert.deepEqual(movedBy({ source }), ["appointments"]);
  });

  for (const stage of ["source", "target"] as const) {
    it(`an application that is disabled in the ${stage}, where it is named; else it is left out`, () => {
      const text = withText(
        "portal:\n      resources",
        "portal:\n      enabled: false\n      resources",
        stage === "source" ? SOURCE : STACK_FILE,
      );
      assert.deepEqual(codesOf(plan({ [stage]: text, names: ["portal"] })), ["application-disabled"]);
      const { applications, leftOut } = valueOf(plan({ [stage]: text }));
      assert.deepEqual(
        [applications.map(({ name }) => name), leftOut.map(({ name }) => name)],
        [["appointments"], ["portal"]],
      );
    });
  }

  for (const on of ["*", "portal"]) {
    it(`what is held by ${on}`, () => {
      assert.deepEqual(codesOf(plan({ target: held(on) })), ["held"]);
    });
  }

  it("nothing for a hold that has ended, or for one on another application", () => {
    assert.deepEqual(codesOf(plan({ target: held("portal", "2026-11-20T10:00:00Z") })), []);
    assert.deepEqual(codesOf(plan({ target: held("status-page") })), []);
  });

  it("an older version", () => {
    const source = withImage("portal", imageOf("portal", "2.2.9"));
    assert.deepEqual(codesOf(plan({ source })), ["downgrade"]);
  });

  it("a version that the database of the target is beyond", () => {
    const source = withText(SCHEMA, "schema: { supports: { min: 12, max: 13 } }", SOURCE);
    assert.deepEqual(codesOf(plan({ source })), ["schema-barrier"]);
  });

  it("a migration that the running version cannot live with, until it is told", () => {
    const source = withText(SCHEMA, "schema: { supports: { min: 13, max: 15 }, migratesTo: 15 }", SOURCE);
    assert.deepEqual(codesOf(plan({ source })), ["schema-downtime"]);
    const { applications, changes } = valueOf(plan({ source, acceptDowntime: true }));
    assert.equal(applications[0]?.levelAfter, 15);
    assert.deepEqual(changes[1], { path: ["config", "lockstep:schemaLevels", "appointments"], value: 15 });
  });

  it("with every reason at once, and names the command for those that nothing stands against", () => {
    const source = withImage(
      "portal",
      imageOf("portal", "2.2.9"),
      withImage(
        "appointments",
        imageOf("appointments", "1.5.0"),
        withImage("status-page", imageOf("status-page", "1.0.0")),
      ),
    );
    const outcome = plan({ source, target: held("appointments"), promoter: CAT.principal });
    assert.deepEqual(codesOf(outcome), ["downgrade", "held", "not-a-promoter"]);
    const actions = refusalsOf(outcome).map(({ code, action }) => [
      code,
      action.includes("npm run promote -- preprod prod status-page"),
    ]);
    assert.deepEqual(Object.fromEntries(actions), { downgrade: true, held: true, "not-a-promoter": false });
  });
});

describe("planPromotion, again", () => {
  it("has nothing to do after what it planned was stated and written", () => {
    const target = applied(valueOf(plan()));
    const [before, after] = [statesOf(STACK_FILE), statesOf(target)];
    const first = baseline();
    const names = ["appointments", "portal"];
    const second = statementOf({
      whenMs: T0 + 24 * HOUR,
      applications: Object.fromEntries(
        names.map((name) => [name, { before: before.get(name), after: after.get(name), previous: first.digest }]),
      ),
    });
    const again = valueOf(plan({ target, chains: chainsOf([first, second]) }));
    assert.deepEqual([again.applications, again.changes], [[], []]);
  });
});
