import assert from "node:assert/strict";
import { proveByRoutes, routesThrough } from "../../../src/delivery/promotion/routes.ts";
import type { ProvenApplication, StageProof } from "../../../src/delivery/promotion/source-evidence.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { accepted, refusalsOf, refused, type Outcome, type Refusal } from "../../../src/model/refusal.ts";
import { codes } from "../../model/sample-stage.ts";
import { prod } from "../coverage/sample-court.ts";
import { DEPLOYED, written } from "./sample-source.ts";

const portal = written.get("portal");
assert.ok(portal);
const soak = { sinceMs: DEPLOYED, because: "version" } as const;
const proven: ProvenApplication = { ...portal, name: "portal", soak, statement: undefined };
const image = { ...portal.pin.image, digest: digestOf("another build of the same tag") };
const rebuilt: ProvenApplication = { ...proven, pin: { ...portal.pin, image } };
const reason = (code: string): Refusal => ({ code, place: {}, found: code, expected: "", action: "" });

function proofOf(stage: string, outcome: Outcome<ProvenApplication>, ...against: readonly string[]): StageProof {
  return { stage, refusals: against.map(reason), applications: new Map([["portal", outcome]]), update: undefined };
}

function prove(routes: readonly (readonly string[])[], ...proofs: readonly StageProof[]): Outcome<ProvenApplication> {
  return proveByRoutes("portal", "extest", routes, new Map(proofs.map((proof) => [proof.stage, proof])));
}

const codesOf = (outcome: Outcome<unknown>): string[] => codes(refusalsOf(outcome));
const extest = proofOf("extest", accepted(proven));
const loadtest = proofOf("loadtest", accepted({ ...proven, soak: { ...soak, sinceMs: DEPLOYED + 1 } }));

describe("proveByRoutes", () => {
  it("takes what one stage proves where that is a route, and what stands against it", () => {
    assert.deepEqual(prove([["extest"]], extest), accepted(proven));
    assert.deepEqual(codesOf(prove([["extest"]], proofOf("extest", refused([reason("not-soaked")])))), ["not-soaked"]);
  });

  it("asks all stages of a route: each must have proven the very same version", () => {
    const route = [["extest", "loadtest"]];
    assert.deepEqual(prove(route, extest, loadtest), accepted(proven));
    const unproven = proofOf("loadtest", refused([reason("not-soaked")]));
    assert.deepEqual(codesOf(prove(route, extest, unproven)), ["not-soaked"]);
    assert.deepEqual(codesOf(prove(route, extest, proofOf("loadtest", accepted(rebuilt)))), ["other-version-proven"]);
    assert.deepEqual(codesOf(prove(route, extest, proofOf("loadtest", accepted(proven), "source-update-failed"))), [
      "source-update-failed",
    ]);
  });

  it("gives the reasons of all stages of a route at once", () => {
    const own = proofOf("extest", refused([reason("workload-missing")]));
    const other = proofOf("loadtest", refused([reason("not-soaked")]), "other-cluster");
    const all = ["not-soaked", "other-cluster", "workload-missing"];
    assert.deepEqual(codesOf(prove([["extest", "loadtest"]], own, other)), all);
  });

  it("is content with any route, and otherwise says what the nearest one lacks", () => {
    const bad = (stage: string, ...found: readonly string[]) => proofOf(stage, refused(found.map(reason)));
    const routes = [
      ["extest", "a"],
      ["extest", "b"],
    ];
    assert.equal(prove(routes, extest, bad("a", "x"), proofOf("b", accepted(proven))).kind, "accepted");
    assert.deepEqual(codesOf(prove(routes, extest, bad("a", "x", "y"), bad("b", "z"))), ["z"]);
  });

  it("never takes another stage's proof for the one that was asked for", () => {
    const own = proofOf("extest", refused([reason("not-soaked")]));
    assert.deepEqual(codesOf(prove([["extest", "loadtest"]], own, loadtest)), ["not-soaked"]);
  });
});

describe("routesThrough", () => {
  const to = { name: "preprod", routes: [["extest", "loadtest"], ["extest"], ["uat"]] };
  const code = (from: string, routes = to.routes) => codesOf(routesThrough(from, { ...prod, routes }, "stages.yaml"));

  it("finds those that a version from there can take", () => {
    assert.deepEqual(routesThrough("extest", to, "stages.yaml"), accepted([["extest", "loadtest"], ["extest"]]));
  });

  it("refuses a stage that none leads from, and a stage that the registry feeds", () => {
    assert.deepEqual(code("inttest"), ["wrong-source"]);
    assert.deepEqual(code("inttest", []), ["wrong-source"]);
  });
});
