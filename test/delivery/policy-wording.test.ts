import assert from "node:assert/strict";
import { Pack } from "../../policy/pack.ts";
import type { Rule } from "../../policy/rule.ts";
import { judgePolicyRun } from "../../src/delivery/policy-run.ts";
import type { EngineEvent } from "../../src/model/engine-events.ts";
import { accepted } from "../../src/model/refusal.ts";
import { unknown } from "../policy/harness/engine-values.ts";
import { resource } from "../policy/harness/resources.ts";
import { deployment } from "../policy/harness/samples.ts";
import { stageContext, type ContextText } from "../policy/harness/stage-context.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const rule: Rule = {
  id: "no-image",
  title: "a sample",
  why: "a sample",
  fix: "remove it",
  level: "mandatory",
  exemptible: true,
  check: ({ props }) => (props["spec"] === "" ? [] : [{ path: "spec", found: "one", expected: "none" }]),
};
const exemption = {
  ...{ rule: rule.id, stages: ["inttest"], application: "appointments", owner: "platform", reason: "later" },
  expiresMs: NOW_MS + 1,
};

/** What the real pack says of an object, as the engine writes it into its events, and what is read out of these. */
async function readBack(trust: ContextText["trust"], spec?: string) {
  const context = stageContext({ ...(trust === undefined ? {} : { trust }) });
  const loadContext = () => Promise.resolve(accepted(context));
  const pack = new Pack({ rules: [rule], applicationRules: [], stackRules: [], loadContext, nowMs: NOW_MS });
  const sample = deployment();
  const object = resource(spec === undefined ? sample : { ...sample, props: { ...sample.props, spec } });
  const { urn } = object;
  const rules = pack.resourceRules.map(({ id }) => id);
  const stackRules = pack.stackRules.map(({ id }) => id);
  const said = (await pack.analyze(object)).map(({ policy, level, message }): EngineEvent => ({
    kind: "policy",
    violation: { pack: "lockstep", rule: policy, urn, level, message: `${message}\n` },
  }));
  const events: readonly EngineEvent[] = [
    { kind: "resource", urn, operation: "create" },
    { kind: "judged", pack: "lockstep", urn, rules },
    { kind: "judged", pack: "lockstep", urn: undefined, rules: stackRules },
    ...said,
    { kind: "summary", isPreview: true, result: "succeeded", packs: ["lockstep"] },
  ];
  const levels = new Map(pack.resourceRules.map(({ id, level }) => [id, level] as const));
  const ofStack = new Map(pack.stackRules.map(({ id, level }) => [id, level] as const));
  const expected = { name: "lockstep", rules: levels, stackRules: ofStack, project: "platform", stage: "inttest" };
  return judgePolicyRun(events, expected, "events.jsonl");
}

describe("what the pack says, read out of the engine's events", () => {
  it("is a violation as long as nothing sets it aside", async () => {
    const { refusals } = await readBack({});
    assert.deepEqual(
      refusals.map(({ code }) => code),
      [rule.id],
    );
  });

  it("is advice where an exemption sets it aside", async () => {
    const { refusals, advice } = await readBack({ exemptions: [{ ...exemption, object: undefined }] });
    assert.deepEqual(refusals, []);
    assert.equal(advice.length, 1);
  });

  it("is a violation where an unknown value kept the rule from deciding", async () => {
    const { refusals } = await readBack({}, unknown);
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["policy-undecided"],
    );
  });
});
