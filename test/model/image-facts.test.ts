import assert from "node:assert/strict";
import fc from "fast-check";
import { toImageFacts, type ImageFacts } from "../../src/model/image-facts.ts";
import { pinSchema, schemaFactsSchema } from "../../src/model/pin.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { DIGEST } from "./sample-stage.ts";

const REVISION = "org.opencontainers.image.revision";
const CREATED = "org.opencontainers.image.created";
const SUPPORTS = "lockstep.schema.supports";
const MIGRATES = "lockstep.schema.migrates-to";
const LABELS = {
  [REVISION]: "d3163a693ad3d1abfe51ae453ca3204ecd4fa7ad",
  [CREATED]: "2026-11-20T10:11:12Z",
  [SUPPORTS]: "12-14",
  [MIGRATES]: "14",
};

function read(
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
  disagreeing: readonly string[] = [],
): Outcome<ImageFacts> {
  return toImageFacts("registry.example.com/a:1", { labels, annotations, disagreeing });
}

describe("toImageFacts", () => {
  it("reads labels, and annotations where there is no label", () => {
    const facts = {
      revision: LABELS[REVISION],
      created: LABELS[CREATED],
      schema: { supports: { min: 12, max: 14 }, migratesTo: 14 },
    };
    assert.deepEqual(read(LABELS), { kind: "accepted", value: facts });
    assert.deepEqual(read({}, LABELS), { kind: "accepted", value: facts });
    assert.deepEqual(read(LABELS, LABELS), { kind: "accepted", value: facts });
  });

  it("knows nothing of an image that says nothing, or nothing in its labels", () => {
    assert.deepEqual(read({}), { kind: "accepted", value: {} });
    assert.deepEqual(read({ [REVISION]: "", [CREATED]: "", [SUPPORTS]: "" }), { kind: "accepted", value: {} });
  });

  const broken: Readonly<Record<string, Record<string, string>>> = {
    "a revision that is a branch": { [REVISION]: "main" },
    "a time without its zone": { [CREATED]: "2026-11-20T10:11:12" },
    "one level": { [SUPPORTS]: "12" },
    "levels the wrong way round": { [SUPPORTS]: "14-12", [MIGRATES]: "" },
    "negative levels": { [SUPPORTS]: "-1-12" },
    "a level that it does not support": { [MIGRATES]: "15" },
    "a migration without the levels that it supports": { [SUPPORTS]: "" },
    "a level of ten digits": { [SUPPORTS]: "0-9999999999" },
    "a line behind the level": { [MIGRATES]: "14\n" },
  };
  for (const [name, labels] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      const facts = read({ ...LABELS, ...labels });
      assert.ok(facts.kind === "refused", JSON.stringify(facts));
      assert.deepEqual(new Set(facts.refusals.map(({ code }) => code)), new Set(["bad-image-label"]));
    });
  }

  it("refuses a label and an annotation that differ, and everything else that is wrong with them", () => {
    const facts = read({ ...LABELS, [CREATED]: "yesterday" }, { [REVISION]: "0000000" });
    assert.ok(facts.kind === "refused");
    assert.equal(facts.refusals.length, 2);
  });

  it("refuses a label on which the images of an index differ, where a pin would remember it", () => {
    assert.equal(read(LABELS, {}, [SUPPORTS]).kind, "refused");
    assert.equal(read(LABELS, {}, ["org.opencontainers.image.title"]).kind, "accepted");
  });

  it("gives only facts that a pin can be written with", () => {
    const of = (...likely: string[]): fc.Arbitrary<string> =>
      fc.oneof(fc.constantFrom("", ...likely), fc.string({ maxLength: 8 }));
    const labels = fc.record(
      {
        [REVISION]: of("abcdef0", "ABCDEF0"),
        [CREATED]: of("2026-02-31T10:11:12Z", "2026-11-20T10:11:12.5+02:00", "2026-11-20T25:00:00Z"),
        [SUPPORTS]: of("12-14", "3-3", "0-999999999"),
        [MIGRATES]: of("14", "3", "0"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(labels, labels, (given, annotations) => {
        const facts = read(given, annotations);
        if (facts.kind === "refused") return;
        const image = `registry.example.com/a:1@${DIGEST}`;
        const pin = pinSchema.safeParse({ image, chart: `oci://${image}`, ...facts.value });
        assert.ok(pin.success, JSON.stringify(facts.value));
        assert.ok(facts.value.schema === undefined || schemaFactsSchema.safeParse(facts.value.schema).success);
      }),
      { numRuns: 2000 },
    );
  });
});
