import assert from "node:assert/strict";
import fc from "fast-check";
import { judgePolicyRun, type ExpectedPack } from "../../src/delivery/policy-run.ts";
import type { EngineEvent, PolicyEvent } from "../../src/model/engine-events.ts";

const STAGE_URN = "urn:pulumi:prod::lockstep::lockstep:index:Stage::prod";
const POD_URN = "urn:pulumi:prod::lockstep::kubernetes:core/v1:Pod::portal";
const expected: ExpectedPack = {
  name: "lockstep",
  rules: new Map([
    ["image-pinned", "mandatory"],
    ["workload-probes", "advisory"],
  ]),
  stackRules: new Map([
    ["stage-present", "mandatory"],
    ["exemptions", "advisory"],
  ]),
  project: "lockstep",
  stage: "prod",
};
const allRules = [...expected.rules.keys()];

function judged(urn: string | undefined, rules: readonly string[] = allRules): EngineEvent {
  return { kind: "judged", pack: "lockstep", urn, rules };
}

function resource(urn: string, operation = "create"): EngineEvent {
  return { kind: "resource", urn, operation };
}

function summary(change: Partial<Extract<EngineEvent, { kind: "summary" }>> = {}): EngineEvent {
  return { kind: "summary", isPreview: true, result: "succeeded", packs: ["lockstep"], ...change };
}

function said(change: Partial<PolicyEvent> = {}): EngineEvent {
  const violation = {
    pack: "lockstep",
    rule: "image-pinned",
    urn: POD_URN,
    level: "mandatory",
    message: "image-pinned: Pod/portal\n  found     no",
  };
  return { kind: "policy", violation: { ...violation, ...change } };
}

const stackJudged = judged(undefined, [...expected.stackRules.keys()]);
const baseline: readonly EngineEvent[] = [
  judged(STAGE_URN),
  resource(STAGE_URN),
  judged(POD_URN),
  resource(POD_URN),
  stackJudged,
  summary(),
];

function codes(events: readonly EngineEvent[]): readonly string[] {
  return judgePolicyRun(events, expected, "events.jsonl").refusals.map(({ code }) => code);
}

describe("the proof that the policy pack ran", () => {
  it("is given by a run in which every rule judged every resource", () => {
    const run = judgePolicyRun(baseline, expected, "events.jsonl");
    assert.deepEqual(run, { refusals: [], advice: [], rules: allRules, resources: 2 });
  });

  it("is given by a preview and an update of which both were judged", () => {
    assert.deepEqual(codes([...baseline, ...baseline.with(-1, summary({ isPreview: false }))]), []);
  });

  it("does not ask for judgements of what is deleted", () => {
    assert.deepEqual(codes([resource("urn:pulumi:prod::lockstep::x:y:Z::gone", "delete"), ...baseline]), []);
  });

  for (const [what, events] of [
    ["no events", []],
    ["a run without any pack", [resource(POD_URN), summary({ packs: [] })]],
    ["a run with another pack alone", baseline.with(-1, summary({ packs: ["other"] }))],
    ["a run that was cut off", baseline.slice(0, -1)],
    ["an update that was cut off after its preview", [...baseline, resource(POD_URN, "update")]],
    ["an update without the pack after a preview with it", [...baseline, resource(POD_URN), summary({ packs: [] })]],
    ["a resource that nobody judged", [resource("urn:pulumi:prod::lockstep::a:b:C::d"), ...baseline]],
    ["a resource that one rule did not judge", [...baseline.with(2, judged(POD_URN, ["workload-probes"]))]],
    [
      "a resource that only another pack judged",
      baseline.with(2, { ...judged(POD_URN), pack: "other" } as EngineEvent),
    ],
    ["a stack that no rule judged as a whole", baseline.filter((event) => event !== stackJudged)],
    ["a run without a resource", [stackJudged, summary()]],
  ] as const) {
    it(`is not given by ${what}`, () => {
      assert.deepEqual(codes(events), ["policy-pack-did-not-run"]);
    });
  }

  it("is not given by the events of another stage", () => {
    const events = baseline.map((event) =>
      "urn" in event && event.urn !== undefined ? { ...event, urn: event.urn.replace(":prod::", ":extest::") } : event,
    );
    assert.deepEqual(codes(events), ["events-of-another-stack"]);
  });

  it("names the rule of every mandatory violation, also of other packs", () => {
    assert.deepEqual(codes([said(), ...baseline]), ["image-pinned"]);
    assert.deepEqual(codes([said({ pack: "other" }), ...baseline]), ["other/image-pinned"]);
  });

  it("takes a mandatory rule that an unknown value kept from deciding for a violation", () => {
    const message = "can't run policy 'image-pinned' during preview: unknown";
    assert.deepEqual(codes([said({ level: "advisory", message }), ...baseline]), ["policy-undecided"]);
  });

  it("takes a mandatory rule over the stack that was kept from deciding for one as well", () => {
    const message = "can't run policy 'stage-present' during preview: unknown";
    const undecided = (rule: string) => [said({ rule, level: "advisory", message }), ...baseline];
    assert.deepEqual(codes(undecided("stage-present")), ["policy-undecided"]);
    assert.deepEqual(codes(undecided("exemptions")), []);
  });

  it("takes a mandatory rule that somebody made advisory for a violation", () => {
    assert.deepEqual(codes([said({ level: "advisory" }), ...baseline]), ["policy-downgraded"]);
  });

  it("passes on what an advisory rule says, and what an exemption sets aside", () => {
    const advice = said({ level: "advisory", rule: "workload-probes" });
    const exempted = said({ level: "advisory", message: "set aside until 2027-01-01T00:00:00.000Z: because" });
    const run = judgePolicyRun([advice, exempted, ...baseline], expected, "events.jsonl");
    assert.deepEqual(run.refusals, []);
    assert.equal(run.advice.length, 2);
  });

  it("passes on once what was said more than once: of a preview and its update, or by a pack attached twice", () => {
    const advice = said({ level: "advisory", rule: "workload-probes" });
    assert.equal(judgePolicyRun([advice, advice, ...baseline], expected, "events.jsonl").advice.length, 1);
  });

  it("does not take the words of an exemption deeper in a message for one", () => {
    const message = "found\nset aside until tomorrow";
    assert.deepEqual(codes([said({ level: "advisory", message }), ...baseline]), ["policy-downgraded"]);
  });

  it("is not given by a run that failed for another reason, and tells that reason", () => {
    const events = [...baseline.slice(0, -2), { kind: "error", urn: undefined, message: "no such chart" } as const];
    const run = judgePolicyRun([...events, summary({ result: "failed" })], expected, "events.jsonl");
    assert.deepEqual(
      run.refusals.map(({ code, found }) => [code, found]),
      [["run-failed", "no such chart"]],
    );
  });

  it("is never given when any one event of the baseline is missing", () => {
    fc.assert(
      fc.property(fc.nat({ max: baseline.length - 1 }), (missing) => {
        const events = baseline.toSpliced(missing, 1);
        // Without its own event a resource is not known to have been there.
        assert.ok(baseline[missing]?.kind === "resource" || codes(events).length > 0);
      }),
    );
  });
});
