import assert from "node:assert/strict";
import { reachesBack, refuseUnsoaked, renderSpan, soakStart } from "../../../src/delivery/promotion/soak.ts";
import type { SoakStart, SourceEvidence } from "../../../src/delivery/promotion/source-evidence.ts";
import { renderSignedTime } from "../../../src/model/statements/signed-json.ts";
import { HOUR } from "../coverage/sample-court.ts";
import {
  deployedWith,
  DEPLOYED,
  evidence,
  MINUTE,
  pinsWith,
  rule,
  update,
  workloadsWith,
  written,
} from "./sample-source.ts";

const OTHER = pinsWith("portal", { image: "registry.example.com/ehealth/portal:2.2.0@sha256:other" });

function startOf(changes: Partial<SourceEvidence>): SoakStart | undefined {
  const portal = written.get("portal");
  assert.ok(portal);
  return soakStart("portal", portal, { ...evidence, ...changes });
}

const later = (hours: number, changes = {}) => update({ startMs: DEPLOYED + hours * HOUR - MINUTE, ...changes });

describe("soakStart", () => {
  it("is the end of the first update of the run with this version, however many came after it", () => {
    assert.deepEqual(startOf({}), { sinceMs: DEPLOYED, because: "version" });
    assert.deepEqual(startOf({ history: [later(3), later(1), update()] }), { sinceMs: DEPLOYED, because: "version" });
  });

  it("is not moved by refreshes, previews, failures of the same version, and updates of other applications", () => {
    const others = pinsWith("appointments", { image: "registry.example.com/ehealth/appointments:2@sha256:2" });
    const between = [
      later(4, { kind: "refresh", pins: new Map() }),
      later(3, { kind: "preview", pins: OTHER }),
      later(2, { result: "failed" }),
      later(1, { pins: others }),
    ];
    assert.equal(startOf({ history: [later(5), ...between, update()] })?.sinceMs, DEPLOYED);
  });

  for (const [what, interruption] of [
    ["another version", { pins: OTHER }],
    ["another chart", { pins: pinsWith("portal", { chart: "oci://registry.example.com/charts/other:1@sha256:1" }) }],
    ["another version that failed", { pins: OTHER, result: "failed" }],
    ["another version that was never seen to end", { pins: OTHER, result: "in-progress", endMs: undefined }],
    ["another version of a part of the stage", { pins: OTHER, partial: true }],
    ["the application gone", { pins: pinsWith("portal", undefined) }],
    ["a destroy", { kind: "destroy" }],
    ["a destroy that failed", { kind: "destroy", result: "failed" }],
  ] as const) {
    it(`begins anew after ${what}`, () => {
      const history = [later(2), later(1, interruption), update()];
      assert.equal(startOf({ history })?.sinceMs, DEPLOYED + 2 * HOUR);
    });
  }

  it("begins with the first update that was whole", () => {
    const history = [later(2), later(1, { partial: true }), update({ result: "failed" })];
    assert.equal(startOf({ history })?.sinceMs, DEPLOYED + 2 * HOUR);
    assert.equal(startOf({ history: [update({ partial: true }), update({ result: "failed" })] }), undefined);
  });

  it("begins anew with other settings, when the update that brought them had ended", () => {
    const history = [later(2), later(1), update()];
    const deployed = deployedWith("portal", { sinceMs: DEPLOYED + HOUR - MINUTE / 2 });
    assert.deepEqual(startOf({ history, deployed }), { sinceMs: DEPLOYED + HOUR, because: "settings" });
  });

  it("is never before the time that the outputs name, whatever the history has", () => {
    const deployed = deployedWith("portal", { sinceMs: DEPLOYED + 5 * HOUR });
    assert.deepEqual(startOf({ deployed }), { sinceMs: DEPLOYED + 5 * HOUR, because: "settings" });
    assert.equal(startOf({ deployed: deployedWith("portal", { sinceMs: undefined }) }), undefined);
  });

  it("begins anew where the cluster remembers a break", () => {
    const workloads = workloadsWith("portal", { availableSinceMs: DEPLOYED + HOUR });
    assert.deepEqual(startOf({ workloads }), { sinceMs: DEPLOYED + HOUR, because: "workload" });
    const silent = workloadsWith("portal", { availableSinceMs: undefined });
    assert.equal(startOf({ workloads: silent })?.sinceMs, DEPLOYED);
  });
});

describe("refuseUnsoaked", () => {
  const ask = (sinceMs: number, soakMs = 24 * HOUR) =>
    refuseUnsoaked("portal", { sinceMs, because: "version" }, { ...rule, soakMs }, evidence);

  it("refuses until the soak is over, to the millisecond", () => {
    assert.deepEqual(ask(rule.nowMs - 24 * HOUR), []);
    assert.equal(ask(rule.nowMs - 24 * HOUR + 1)[0]?.code, "not-soaked");
  });

  it("asks for nothing where the gate does not, even of a clock that is ahead", () => {
    assert.deepEqual(ask(rule.nowMs + HOUR, 0), []);
  });

  it("says since when it counts, and how long it still takes", () => {
    const [refusal] = ask(rule.nowMs - 20 * HOUR);
    assert.match(refusal?.found ?? "", /20h/);
    assert.match(refusal?.found ?? "", new RegExp(renderSignedTime(rule.nowMs - 20 * HOUR)));
    assert.match(refusal?.action ?? "", /4h.*promote again/);
  });
});

describe("reachesBack", () => {
  it("is true once an update is there that had ended by then, of all of the stage", () => {
    const toMs = DEPLOYED + HOUR;
    assert.ok(reachesBack([later(2), update()], toMs));
    assert.ok(!reachesBack([later(2)], toMs));
    for (const half of [{ result: "failed" }, { partial: true }, { kind: "destroy" }] as const)
      assert.ok(!reachesBack([later(2), update(half)], toMs));
  });
});

describe("renderSpan", () => {
  it("has the two largest units, and never less than what is left", () => {
    const spans = [0, 1, 59_000, 60_000, 90_000, HOUR, 24 * HOUR + MINUTE, 49 * HOUR + 1].map(renderSpan);
    assert.deepEqual(spans, ["0s", "1s", "59s", "1m", "1m 30s", "1h", "1d 1m", "2d 1h"]);
  });
});
