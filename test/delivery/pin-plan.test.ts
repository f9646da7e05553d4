import assert from "node:assert/strict";
import fc from "fast-check";
import { planPin, type PinPlan, type PinRequest } from "../../src/delivery/pin-plan.ts";
import { parseReference, isPinned, type PinnedReference } from "../../src/model/reference.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { editYaml } from "../../src/model/yaml-edit.ts";
import { catalogue, codes, DIGEST, refusalsOf, sourceOf, STACK_FILE, stackFileOf } from "../model/sample-stage.ts";

function reference(text: string): PinnedReference {
  const parsed = parseReference(`${text}@${DIGEST}`);
  assert.ok(parsed.kind === "reference" && isPinned(parsed.reference));
  return parsed.reference;
}

const image = (version: string): PinnedReference => reference(`registry.example.com/ehealth/appointments:${version}`);
const FACTS = { schema: { supports: { min: 12, max: 14 }, migratesTo: 14 } };

function plan(changes: Partial<PinRequest> = {}, text = STACK_FILE): Outcome<PinPlan> {
  const application = catalogue.get("appointments");
  assert.ok(application !== undefined);
  return planPin({
    stage: "inttest",
    application,
    image: image("1.4.3"),
    facts: FACTS,
    chart: undefined,
    stackFile: stackFileOf(text),
    acceptDowntime: false,
    otherRepository: false,
    nowMs: 0,
    placeOf: () => ({}),
    ...changes,
  });
}

function planned(outcome: Outcome<PinPlan>): PinPlan {
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value;
}

function refusals(outcome: Outcome<PinPlan>): string[] {
  return outcome.kind === "refused" ? codes(outcome.refusals) : [];
}

describe("planPin", () => {
  it("refuses a version that is held, and no other; a hold of every version is no matter of it", () => {
    const held = (words: string) => `${STACK_FILE}  lockstep:holds:\n    appointments: { reason: broken${words} }\n`;
    assert.deepEqual(refusals(plan({}, held(`, image: "${DIGEST}"`))), ["held"]);
    assert.deepEqual(refusals(plan({}, held(`, image: "sha256:${"f".repeat(64)}"`))), []);
    assert.deepEqual(refusals(plan({}, held(""))), []);
    assert.deepEqual(refusals(plan({ nowMs: 1 }, held(`, until: 1970-01-01T00:00:00Z, image: "${DIGEST}"`))), []);
  });

  it("keeps the chart and writes the pin alone where the level stays", () => {
    const { before, after, changes, levelBefore, levelAfter } = planned(plan());
    assert.equal(before?.image.tag, "1.4.2");
    assert.equal(after.image.tag, "1.4.3");
    assert.deepEqual(after.chart, before.chart);
    assert.deepEqual([levelBefore, levelAfter], [14, 14]);
    assert.deepEqual(
      changes.map(({ path }) => path.join(" ")),
      ["config lockstep:pins appointments"],
    );
  });

  it("changes nothing where the stage has exactly this pin", () => {
    assert.deepEqual(planned(plan({ image: image("1.4.2") })).changes, []);
  });

  it("raises the level with the pin", () => {
    const facts = { schema: { supports: { min: 13, max: 15 }, migratesTo: 15 } };
    const { changes, levelAfter } = planned(plan({ facts, acceptDowntime: true }));
    assert.equal(levelAfter, 15);
    assert.deepEqual(changes.at(-1), { path: ["config", "lockstep:schemaLevels", "appointments"], value: 15 });
  });

  it("does not lower the level", () => {
    const facts = { schema: { supports: { min: 12, max: 14 }, migratesTo: 13 } };
    assert.equal(planned(plan({ facts })).levelAfter, 14);
  });

  it("refuses a first pin without a chart", () => {
    assert.deepEqual(refusals(plan({}, "config: {}\n")), ["missing-chart"]);
  });

  it("pins a first version with its chart", () => {
    const chart = reference("registry.example.com/charts/web-service:2.1.0");
    const { before, changes } = planned(plan({ chart }, "config: {}\n"));
    assert.equal(before, undefined);
    assert.equal(changes.length, 2);
  });

  it("refuses another chart and a version that the database cannot live with, both at once", () => {
    const chart = reference("registry.example.com/charts/other:1.0.0");
    const facts = { schema: { supports: { min: 12, max: 13 } } };
    assert.deepEqual(refusals(plan({ chart, facts })), ["other-chart", "schema-barrier"]);
  });

  for (const other of ["registry.example.com/ehealth/portal:1.4.3", "127.0.0.1:5000/ehealth/appointments:1.4.3"]) {
    it(`refuses ${other} until it is told that the application has moved`, () => {
      assert.deepEqual(refusals(plan({ image: reference(other) })), ["other-repository"]);
      assert.equal(planned(plan({ image: reference(other), otherRepository: true })).changes.length, 1);
    });
  }

  it("takes a first pin from any repository", () => {
    const chart = reference("registry.example.com/charts/web-service:2.1.0");
    const first = reference("127.0.0.1:5000/any/where:1.0.0");
    assert.equal(planned(plan({ chart, image: first }, "config: {}\n")).after.image.repository, "any/where");
  });

  it("plans what the stack file then reads back, without a refusal", () => {
    const versions = fc.record({
      tag: fc.stringMatching(/^\w[\w.-]{0,12}$/),
      revision: fc.option(fc.stringMatching(/^[0-9a-f]{7,40}$/), { nil: undefined }),
      created: fc.constantFrom("2026-11-20T10:11:12Z", "2026-11-20T10:11:12.5+02:00", undefined),
      max: fc.integer({ min: 14, max: 20 }),
    });
    fc.assert(
      fc.property(versions, ({ tag, revision, created, max }) => {
        const facts = {
          ...(revision === undefined ? {} : { revision }),
          ...(created === undefined ? {} : { created }),
          schema: { supports: { min: 12, max }, migratesTo: max },
        };
        const { changes, after, levelAfter } = planned(plan({ image: image(tag), facts, acceptDowntime: true }));
        const text = editYaml(sourceOf(STACK_FILE), changes);
        assert.deepEqual(refusalsOf(text), []);
        const written = stackFileOf(text);
        assert.deepEqual(written.pins.get("appointments"), after);
        assert.equal(written.schemaLevels.get("appointments"), levelAfter);
        assert.deepEqual(planned(plan({ image: image(tag), facts, acceptDowntime: true }, text)).changes, []);
      }),
    );
  });
});
