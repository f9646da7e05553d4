import assert from "node:assert/strict";
import type { EngineRun } from "../../../src/adapters/engine-run/ended-run.ts";
import { loadStage, type LoadedStage } from "../../../src/adapters/stage-loader.ts";
import { ownPack } from "../../../src/cli/check/policy-check.ts";
import { judgeUpdate } from "../../../src/cli/deploy/judged-preview.ts";
import type { EngineEvent } from "../../../src/model/engine-events.ts";
import { orThrow } from "../../../src/model/refusal.ts";

const project = "lockstep";
const urn = "urn:pulumi:inttest::lockstep::lockstep:index:Stage::inttest";
const { name, rules, stackRules } = ownPack(project, "inttest");

const judgedStage: EngineEvent = { kind: "judged", pack: name, urn, rules: [...rules.keys()] };
const judgedStack: EngineEvent = { kind: "judged", pack: name, urn: undefined, rules: [...stackRules.keys()] };
const resource: EngineEvent = { kind: "resource", urn, operation: "update" };
const summary = (...packs: readonly string[]): EngineEvent => {
  return { kind: "summary", isPreview: false, result: "succeeded", packs };
};

describe("what policies have against an update that came to its end", () => {
  let loaded: LoadedStage;

  before(async () => {
    loaded = orThrow(await loadStage({ project, stage: "inttest" }), 1);
  });

  function codes(events: readonly EngineEvent[], ended: EngineRun["ended"] = "succeeded"): readonly string[] {
    const run: EngineRun = { ended, changes: [], events, diagnostics: [], said: "" };
    return judgeUpdate(run, { project, loaded }).map(({ code }) => code);
  }

  it("is nothing where the pack judged all of it, with every rule", () => {
    assert.deepEqual(codes([judgedStage, resource, judgedStack, summary(name)]), []);
  });

  for (const [what, events] of Object.entries<readonly EngineEvent[]>({
    "without any pack": [resource, summary()],
    "with another pack": [resource, summary("other")],
    "in which a rule judged nothing": [
      { ...judgedStage, rules: [...rules.keys()].slice(1) },
      resource,
      judgedStack,
      summary(name),
    ],
    "in which the whole stack was not judged": [judgedStage, resource, summary(name)],
    "whose events cannot be read": [],
  })) {
    it(`is that nobody proves it of a run ${what}`, () => {
      assert.deepEqual(codes(events), ["policy-pack-did-not-run"]);
    });
  }

  it("says to deploy again, which judges it, not to type pulumi's options", () => {
    const run: EngineRun = { ended: "succeeded", changes: [], events: [], diagnostics: [], said: "" };
    assert.match(judgeUpdate(run, { project, loaded })[0]?.action ?? "", /npm run deploy -- inttest/);
  });

  it("is nothing of an update that failed: it ends with 1, and the next preview judges everything", () => {
    assert.deepEqual(codes([resource, summary()], "failed"), []);
    assert.deepEqual(codes([], "interrupted"), []);
  });
});
