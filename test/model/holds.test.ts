import assert from "node:assert/strict";
import { digestOf } from "../../src/model/digest.ts";
import { activeHold, hasEnded, heldImages, holdsOn } from "../../src/model/holds.ts";
import { parseStackFile } from "../../src/model/stack-file.ts";
import { sourceOf, stackFileOf } from "./sample-stage.ts";

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
      { on: "*", reason: "audit", by: "anna@example.com", untilMs: undefined, images: undefined },
      { on: "portal", reason: "broken", by: undefined, untilMs: UNTIL_MS, images: undefined },
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

describe("a hold of one version", () => {
  const [first, second, other] = [digestOf("first"), digestOf("second"), digestOf("other")];
  const file = (image: string) =>
    stackFileOf(`config:\n  lockstep:holds:\n    portal: { reason: crashed, image: ${image} }\n`);

  it("holds that version, and no other", () => {
    const one = file(`"${first}"`);
    const on = (image?: typeof first) => holdsOn(one, "portal", 0, image).map(({ reason }) => reason);
    assert.deepEqual(on(first), ["crashed"]);
    assert.deepEqual(on(other), []);
    assert.deepEqual(on(), []);
  });

  it("may be of several", () => {
    const several = file(`["${first}", "${second}"]`);
    for (const image of [first, second]) assert.equal(holdsOn(several, "portal", 0, image).length, 1);
    assert.deepEqual(holdsOn(several, "portal", 0, other), []);
    assert.deepEqual(activeHold(several, "portal", 0)?.images, [first, second]);
  });

  it("is refused where it names no digest, or none at all", () => {
    for (const image of ["1.4.2", "[]", '["sha256:1"]'])
      assert.deepEqual(refusalsIn(`config:\n  lockstep:holds:\n    portal: { reason: x, image: ${image} }\n`), [
        "invalid-value",
      ]);
  });

  it("is none where a hold names no version", () => {
    assert.equal(heldImages({ reason: "broken" }), undefined);
  });
});

function refusalsIn(text: string): string[] {
  return [...new Set(parseStackFile(sourceOf(text)).refusals.map(({ code }) => code))];
}
