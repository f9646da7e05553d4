import assert from "node:assert/strict";
import { renderViolation } from "../../../policy/violation-text.ts";
import type { LoadedStage } from "../../../src/adapters/stage-loader.ts";
import { placePolicyRefusal } from "../../../src/cli/check/policy-places.ts";
import type { Refusal } from "../../../src/model/refusal.ts";
import { parseYamlSource } from "../../../src/model/yaml-source.ts";

const source = parseYamlSource(
  "Pulumi.prod.yaml",
  "config:\n  lockstep:pins:\n    portal: {image: a}\n    portal-admin: {image: b}\n",
);
assert.ok(source.kind === "accepted");
const names = ["portal", "portal-admin"];
// Of a stage, all that places are found by.
const loaded = {
  source: source.value,
  stage: { applications: names.map((name) => ({ application: { name } })) },
} as unknown as LoadedStage;

const violation = { path: "spec.image", found: "two\nlines", expected: "one\nthing", action: "do this\nand that" };
const rule = { id: "image-known", fix: "fix it" };

function refusalOf(name: string, message: string, code = "image-known"): Refusal {
  const types = "lockstep:index:Stage$lockstep:index:Application$kubernetes:apps/v1:Deployment";
  const path = `urn:pulumi:prod::lockstep::${types}::${name}`;
  return { code, place: { path }, found: message, expected: "nothing", action: "as it says" };
}

describe("a rule's violation", () => {
  it("is taken apart into what the rule said", () => {
    const message = `Known images\n${renderViolation(rule, "Deployment/portal", violation)}`;
    const placed = placePolicyRefusal(refusalOf("portal:ehealth/portal", message), loaded);
    assert.deepEqual([placed.found, placed.expected, placed.action], ["two\nlines", "one\nthing", "do this\nand that"]);
    assert.equal(placed.place.path, "image-known: Deployment/portal spec.image");
  });

  for (const [name, line] of [
    ["portal", 3],
    ["portal:ehealth/portal", 3],
    ["portal-admin:ehealth/portal-admin", 4],
    ["portal-admin", 4],
  ] as const) {
    it(`of ${name} is placed at its application's pin`, () => {
      const { place } = placePolicyRefusal(refusalOf(name, "no"), loaded);
      assert.deepEqual([place.file, place.line], ["Pulumi.prod.yaml", line]);
    });
  }

  it("of nobody's is placed at the stage's file", () => {
    assert.deepEqual(placePolicyRefusal(refusalOf("other", "no"), loaded).place.file, "Pulumi.prod.yaml");
  });

  it("stays as it is where it is worded otherwise", () => {
    const placed = placePolicyRefusal(refusalOf("portal", "no found, no expected"), loaded);
    assert.deepEqual([placed.found, placed.action], ["no found, no expected", "as it says"]);
  });
});
