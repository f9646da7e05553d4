import assert from "node:assert/strict";
import { refuseByRoutes, type StageStanding } from "../../../src/delivery/deploy-checks/route-standing.ts";
import type { Refusal } from "../../../src/model/refusal.ts";

const reason = (code: string): Refusal => ({ code, place: {}, found: code, expected: "", action: "" });

function standing(own: readonly string[] = [], whole: readonly string[] = []): StageStanding {
  return { whole: whole.map(reason), applications: new Map([["portal", own.map(reason)]]) };
}

function codes(routes: readonly (readonly string[])[], standings: Readonly<Record<string, StageStanding>>) {
  return refuseByRoutes("portal", "extest", routes, new Map(Object.entries(standings))).map(({ code }) => code);
}

describe("what the routes of a promotion have against its deploy", () => {
  it("is what the stage that it came from has, by a route of its own", () => {
    assert.deepEqual(codes([["extest"]], { extest: standing() }), []);
    assert.deepEqual(codes([["extest"]], { extest: standing(["held"], ["other-cluster"]) }), ["other-cluster", "held"]);
  });

  it("is what each stage of a route has, the stage itself and this application in it", () => {
    const route = [["extest", "loadtest"]];
    assert.deepEqual(codes(route, { extest: standing(), loadtest: standing() }), []);
    assert.deepEqual(codes(route, { extest: standing(), loadtest: standing(["never-in-source"]) }), [
      "never-in-source",
    ]);
    assert.deepEqual(codes(route, { extest: standing(), loadtest: standing([], ["no-stack"]) }), ["no-stack"]);
    assert.deepEqual(codes(route, { extest: standing(["held"]), loadtest: standing() }), ["held"]);
  });

  it("is nothing where any route has nothing, and else what the nearest has", () => {
    const routes = [
      ["extest", "a"],
      ["extest", "b"],
    ];
    const bad = standing(["x", "y"]);
    assert.deepEqual(codes(routes, { extest: standing(), a: bad, b: standing() }), []);
    assert.deepEqual(codes(routes, { extest: standing(), a: bad, b: standing(["z"]) }), ["z"]);
  });

  it("never passes by a stage that nobody asked", () => {
    assert.throws(() => codes([["extest", "a"]], { extest: standing() }));
  });
});
