import assert from "node:assert/strict";
import { hasEnded, holdsOn } from "../../src/model/holds.ts";
import { stackFileOf } from "./sample-stage.ts";

const UNTIL = "2026-11-20T10:11:12Z";
const UNTIL_MS = Date.parse(UNTIL);
const { holds } = stackFileOf(`config:
  lockstep:holds:
    "*": { reason: audit, by: anna@example.com }
    portal: { reason: broken, until: ${UNTIL} }
    patients: { reason: frozen }
`);

function held(application: string | undefined, nowMs = UNTIL_MS - 1): string[] {
  return holdsOn({ holds }, application, nowMs).map(({ on }) => on);
}

describe("holdsOn", () => {
  it("gives the stage's hold and the application's own", () => {
    assert.deepEqual(holdsOn({ holds }, "portal", UNTIL_MS - 1), [
      { on: "*", reason: "audit", by: "anna@example.com", untilMs: undefined },
      { on: "portal", reason: "broken", by: undefined, untilMs: UNTIL_MS },
    ]);
  });

  it("gives the stage's hold for every application", () => {
    assert.deepEqual(held("appointments"), ["*"]);
  });

  it("gives no application's hold for the stage", () => {
    assert.deepEqual(held(undefined), ["*"]);
  });

  it("gives nothing where nothing is held", () => {
    assert.deepEqual(holdsOn({ holds: new Map() }, "portal", 0), []);
  });

  it("does not count a hold from the time on that it names", () => {
    assert.deepEqual(held("portal", UNTIL_MS - 1), ["*", "portal"]);
    assert.deepEqual(held("portal", UNTIL_MS), ["*"]);
  });

  it("counts a hold without a time for ever", () => {
    assert.deepEqual(held("patients", Date.parse("9999-12-31T23:59:59Z")), ["*", "patients"]);
  });

  it("counts a hold whose time cannot be read", () => {
    assert.equal(hasEnded({ reason: "x", until: "soon" }, UNTIL_MS), false);
  });
});
