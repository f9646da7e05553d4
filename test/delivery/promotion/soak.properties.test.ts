import assert from "node:assert/strict";
import fc from "fast-check";
import { proveStage } from "../../../src/delivery/promotion/proof.ts";
import { reachesBack } from "../../../src/delivery/promotion/soak.ts";
import type { StackUpdate } from "../../../src/model/deployed-stage.ts";
import { HOUR } from "../coverage/sample-court.ts";
import { deployedWith, evidence, MINUTE, pins, pinsWith, rule, update, workloadsWith } from "./sample-source.ts";

const OTHER = pinsWith("portal", { image: "registry.example.com/ehealth/portal:2.2.0@sha256:other" });
const NEIGHBOUR = pinsWith("appointments", { image: "registry.example.com/ehealth/appointments:9@sha256:other" });

const shape = fc.record({
  kind: fc.constantFrom("update", "update", "update", "refresh", "preview", "destroy"),
  result: fc.constantFrom("succeeded", "succeeded", "failed", "in-progress"),
  partial: fc.constantFrom(false, false, true),
  pins: fc.constantFrom(pins, pins, OTHER, pinsWith("portal", undefined), NEIGHBOUR),
  /** Since the one before it ended. */
  pauseMs: fc.integer({ min: 0, max: 30 * HOUR }),
});

/** A history, the newest first, whose last update ended a minute ago. */
const histories = fc.array(shape, { maxLength: 12 }).map((shapes) => {
  let startMs = rule.nowMs - 2 * MINUTE;
  return [
    { ...update({ startMs }) },
    ...shapes.map(({ pauseMs, ...rest }) => {
      startMs -= pauseMs + MINUTE;
      return update({ ...rest, startMs });
    }),
  ];
});

/** What the outputs and the cluster say is older than the history: it alone decides. */
function accepts(history: readonly StackUpdate[]): boolean {
  const proof = proveStage(
    {
      ...evidence,
      history,
      deployed: deployedWith("portal", { sinceMs: 0 }),
      workloads: workloadsWith("portal", { availableSinceMs: 0 }),
    },
    ["portal"],
    rule,
  );
  return proof.refusals.length === 0 && proof.applications.get("portal")?.kind === "accepted";
}

const isChange = ({ kind }: StackUpdate): boolean => kind === "update" || kind === "destroy";
const hasPortal = ({ kind, pins: own }: StackUpdate): boolean =>
  kind === "update" && own.get("portal")?.image === pins.get("portal")?.image;

describe("the soak, over any history", () => {
  it("never lets an application through whose pin changed, or was absent, inside the soak time", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const inside = history.filter(({ endMs = Infinity }) => endMs > rule.nowMs - rule.soakMs);
        if (inside.filter(isChange).every(hasPortal)) return;
        assert.ok(!accepts(history));
      }),
      { numRuns: 500 },
    );
  });

  it("lets one through exactly where a whole update with it ended before, and nothing else was asked for since", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const changes = history.filter(isChange);
        const broken = changes.findIndex((one) => !hasPortal(one));
        const run = broken === -1 ? changes : changes.slice(0, broken);
        assert.equal(accepts(history), reachesBack(run, rule.nowMs - rule.soakMs));
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of updates that do not concern it", () => {
    const idle = fc.constantFrom(
      { kind: "refresh", pins: OTHER },
      { kind: "preview", pins: new Map<string, never>() },
      { result: "failed" as const },
      { partial: true },
      { pins: NEIGHBOUR, result: "failed" as const },
    );
    fc.assert(
      fc.property(fc.array(idle, { minLength: 1, maxLength: 6 }), fc.nat(), (between, seed) => {
        const start = update({ startMs: rule.nowMs - 30 * HOUR });
        const shuffled = between.toSorted(
          (a, b) => ((seed ^ JSON.stringify(a).length) % 7) - ((seed ^ JSON.stringify(b).length) % 7),
        );
        const answers = [between, between.toReversed(), shuffled].map((order) =>
          accepts([
            update({ startMs: rule.nowMs - HOUR }),
            ...order.map((one, index) => update({ ...one, startMs: rule.nowMs - (index + 2) * HOUR })),
            start,
          ]),
        );
        assert.deepEqual(answers, [true, true, true]);
      }),
    );
  });

  it("is decided by the part that is read: what lies further back changes nothing", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const horizonMs = rule.nowMs - rule.soakMs;
        const length = history.findIndex((_, index) => reachesBack(history.slice(0, index + 1), horizonMs));
        if (length === -1) return;
        assert.equal(accepts(history.slice(0, length + 1)), accepts(history));
      }),
    );
  });
});
