import assert from "node:assert/strict";
import { desiredSince } from "../../src/delivery/desired-since.ts";
import { digestOf } from "../../src/model/digest.ts";

const DESIRED = digestOf("desired");
const NOW = Date.parse("2026-11-20T10:00:00.400Z");
const NOW_SECONDS = Date.parse("2026-11-20T10:00:00Z");
const BEFORE = NOW_SECONDS - 3_600_000;

describe("desiredSince", () => {
  it("stays what it was while the desired state does", () => {
    assert.equal(desiredSince(DESIRED, { desired: DESIRED, sinceMs: BEFORE }, NOW), BEFORE);
  });

  it("is now, in whole seconds, of another state, of the first, and of one that nobody wrote down", () => {
    assert.equal(desiredSince(DESIRED, { desired: digestOf("other"), sinceMs: BEFORE }, NOW), NOW_SECONDS);
    assert.equal(desiredSince(DESIRED, undefined, NOW), NOW_SECONDS);
    assert.equal(desiredSince(DESIRED, { desired: undefined, sinceMs: BEFORE }, NOW), NOW_SECONDS);
    assert.equal(desiredSince(DESIRED, { desired: DESIRED, sinceMs: undefined }, NOW), NOW_SECONDS);
  });

  it("is never to come, whatever an earlier clock said", () => {
    assert.equal(desiredSince(DESIRED, { desired: DESIRED, sinceMs: NOW + 1_000_000 }, NOW), NOW_SECONDS);
  });
});
