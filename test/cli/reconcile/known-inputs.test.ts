import assert from "node:assert/strict";
import { isKnown, type KnownInputs } from "../../../src/cli/reconcile/known-inputs.ts";
import { digestOf } from "../../../src/model/digest.ts";

const HOUR_MS = 3_600_000;
const known: KnownInputs = { inputs: digestOf("files"), update: "2026-11-20T10:00:00Z", atMs: 1000 * HOUR_MS };
const now = { ...known, atMs: known.atMs + HOUR_MS };

describe("inputs for which a look has found nothing to do", () => {
  it("are known as long as neither they nor the stack have changed", () => {
    assert.equal(isKnown(known, now), true);
    assert.equal(isKnown(known, { ...now, inputs: digestOf("other files") }), false);
    assert.equal(isKnown(known, { ...now, update: "2026-11-20T10:00:01Z" }), false);
  });

  it("are not known where nothing is remembered, or nobody can say which they are", () => {
    assert.equal(isKnown(undefined, now), false);
    assert.equal(isKnown(known, { ...now, inputs: undefined }), false);
  });

  it("are looked at anew after a day, and where the clock was set back", () => {
    assert.equal(isKnown(known, { ...now, atMs: known.atMs + 24 * HOUR_MS }), false);
    assert.equal(isKnown(known, { ...now, atMs: known.atMs - 1 }), false);
  });
});
