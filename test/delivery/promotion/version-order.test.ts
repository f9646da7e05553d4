import assert from "node:assert/strict";
import { refuseDowngrade, statedPin, type VersionStep } from "../../../src/delivery/promotion/version-order.ts";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import type { Pin } from "../../../src/model/pin.ts";
import type { Statement, StatementKind } from "../../../src/model/statements/statement.ts";
import { stackFileOf } from "../../model/sample-stage.ts";
import { HOUR, imageOf, withImage } from "./sample-promotion.ts";
import { statementOf, statesOf, T0 } from "../coverage/sample-court.ts";

function portal(tag: string, created?: string): Pin {
  const text = withImage("portal", imageOf("portal", tag));
  const pin = stackFileOf(text).pins.get("portal");
  assert.ok(pin !== undefined);
  return { ...pin, ...(created === undefined ? {} : { created }) };
}

function codes(step: Pick<VersionStep, "before" | "after"> & Partial<VersionStep>): string[] {
  const whole = { application: "portal", stage: "prod", chain: undefined, place: {}, ...step };
  return refuseDowngrade(whole).map(({ code }) => code);
}

interface Step {
  readonly tag: string | undefined;
  readonly kind?: StatementKind;
}

/** What was stated about portal, one version after the other. */
function chainOf(...steps: readonly Step[]) {
  const statements: Statement[] = [];
  let before: string | undefined;
  for (const [index, { tag, kind = "promotion" }] of steps.entries()) {
    const state = (one: string | undefined) =>
      one === undefined ? undefined : statesOf(withImage("portal", imageOf("portal", one))).get("portal");
    const restored = statements.findLast(
      ({ applications }) => applications.get("portal")?.after?.digest === state(tag)?.digest,
    );
    statements.push(
      statementOf({
        ...{ kind, from: kind === "promotion" ? "preprod" : undefined, whenMs: T0 + index * HOUR },
        restores: kind === "rollback" ? restored?.digest : undefined,
        applications: { portal: { before: state(before), after: state(tag), previous: statements.at(-1)?.digest } },
      }),
    );
    before = tag;
  }
  return chainsOf(statements).get("portal");
}

describe("refuseDowngrade", () => {
  it("lets a newer version pass, and the first", () => {
    assert.deepEqual(codes({ before: portal("2.3.0"), after: portal("2.10.0") }), []);
    assert.deepEqual(codes({ before: undefined, after: portal("0.1.0") }), []);
  });

  for (const [before, after] of [
    ["2.10.0", "2.9.0"],
    ["2.3.0", "2.3.0-rc.1"],
    ["v2.3.1", "v2.3.0"],
    ["2.3.0_build.2", "2.2.0_build.3"],
  ] as const) {
    it(`refuses ${after} after ${before}`, () => {
      assert.deepEqual(codes({ before: portal(before), after: portal(after) }), ["downgrade"]);
    });
  }

  it("goes by the time that they were made at where the tags say nothing", () => {
    const [early, late] = ["2026-11-01T10:30:00Z", "2026-11-01T10:00:00-02:00"];
    assert.deepEqual(codes({ before: portal("beta", late), after: portal("alpha", early) }), ["downgrade"]);
    assert.deepEqual(codes({ before: portal("beta", early), after: portal("alpha", late) }), []);
    assert.deepEqual(codes({ before: portal("beta"), after: portal("alpha", early) }), []);
  });

  it("goes by the version where both say something: a fix of an older line may be made later", () => {
    const [early, late] = ["2026-11-01T10:00:00Z", "2026-11-02T10:00:00Z"];
    assert.deepEqual(codes({ before: portal("3.0.0", early), after: portal("2.9.1", late) }), ["downgrade"]);
    assert.deepEqual(codes({ before: portal("2.9.1", late), after: portal("3.0.0", early) }), []);
  });

  it("goes by the chart where the image stays", () => {
    const before = portal("2.3.0");
    const chart = (tag: string): Pin => ({ ...before, chart: { ...before.chart, tag } });
    assert.deepEqual(codes({ before, after: chart("2.0.9") }), ["downgrade"]);
    assert.deepEqual(codes({ before, after: chart("2.1.1") }), []);
  });

  it("refuses an image that the stage has left, whatever it is called now", () => {
    const chain = chainOf({ tag: "2.3.1" }, { tag: "2.4.0" });
    const before = portal("2.4.0");
    const renamed = { ...portal("2.3.1"), image: { ...portal("2.3.1").image, tag: "9.9.9" } };
    assert.deepEqual(codes({ before, after: renamed, chain }), ["downgrade"]);
    assert.deepEqual(codes({ before, after: portal("9.9.9"), chain }), []);
  });

  it("lets a version come again that a rollback left", () => {
    const chain = chainOf({ tag: "2.3.1" }, { tag: "2.4.0" }, { tag: "2.3.1", kind: "rollback" });
    assert.deepEqual(codes({ before: portal("2.3.1"), after: portal("2.4.0"), chain }), []);
  });
});

describe("statedPin", () => {
  it("is what the newest statement left, and nothing where the application went", () => {
    const stays = chainOf({ tag: "2.3.1" }, { tag: "2.4.0" });
    assert.equal(statedPin(stays)?.image.tag, "2.4.0");
    assert.equal(statedPin(chainOf({ tag: "2.3.1" }, { tag: undefined, kind: "change" })), undefined);
    assert.equal(statedPin(undefined), undefined);
  });
});
