import assert from "node:assert/strict";
import { Pack } from "../../../policy/pack.ts";
import type { Rule } from "../../../policy/rule.ts";
import { hostsOwned } from "../../../policy/rules/hosts-owned.ts";
import { imageKnown } from "../../../policy/rules/image-known.ts";
import { workloadAvailable } from "../../../policy/rules/workload-available.ts";
import { workloadProbes } from "../../../policy/rules/workload-probes.ts";
import { APPLICATION_TYPE } from "../../../policy/urn.ts";
import { placePolicyRefusal, toAdvice } from "../../../src/cli/check/policy-places.ts";
import type { PolicyEvent } from "../../../src/model/engine-events.ts";
import { accepted, renderRefusals, type Refusal } from "../../../src/model/refusal.ts";
import type { Exemption } from "../../../src/model/trust/exemptions.ts";
import { STACK_FILE } from "../../model/sample-stage.ts";
import { IN_STAGE, resource, type ResourceText } from "../../policy/harness/resources.ts";
import { APPOINTMENTS_IMAGE, deployment, podSpec, THIRD_PARTY_IMAGE } from "../../policy/harness/samples.ts";
import { stageContext } from "../../policy/harness/stage-context.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const FILE = "Pulumi.inttest.yaml";
const EXEMPTION: Exemption = {
  ...{ rule: "workload-probes", stages: ["inttest"], application: "appointments", object: "Deployment/appointments" },
  ...{ owner: "platform", reason: "later", expiresMs: NOW_MS + 1 },
};

/** What the real pack says of one object and of the whole stack, as the engine writes it into its events. */
async function saidOf(
  text: ResourceText,
  rules: readonly Rule[],
  exemptions: readonly Exemption[] = [],
  stackFile = STACK_FILE,
) {
  const context = stageContext({ stackFile, definition: { zone: "test.example.org" }, trust: { exemptions } });
  const loadContext = () => Promise.resolve(accepted(context));
  const pack = new Pack({ rules, applicationRules: [], stackRules: [], loadContext, nowMs: NOW_MS });
  const object = resource(text);
  const { urn, type } = object;
  const ofObject = (await pack.analyze(object)).map((diagnostic) => ({ ...diagnostic, urn }));
  const ofStack = await pack.analyzeStack([{ urn, type, read: () => object }]);
  const stack = "urn:pulumi:inttest::platform::pulumi:pulumi:Stack::platform-inttest";
  const events = [...ofObject, ...ofStack].map(({ policy, level, message, urn: about = stack }): PolicyEvent => ({
    ...{ pack: "lockstep", rule: policy, urn: about, level, message: `${message}\n` },
  }));
  return { events, loaded: context.loaded };
}

/** The first of them as `check` reports it. */
async function refusalOf(text: ResourceText, rule: Rule, stackFile?: string): Promise<Refusal> {
  const { events, loaded } = await saidOf(text, [rule], [], stackFile);
  const [event] = events;
  assert.ok(event?.urn !== undefined);
  const { rule: code, urn: path, message } = event;
  const refusal = { code, place: { path }, found: message.trimEnd(), expected: "nothing", action: "as it says" };
  return placePolicyRefusal(refusal, loaded);
}

/** The line of the stack file that has a text. */
function lineOf(text: string, after = ""): number {
  const lines = STACK_FILE.split("\n");
  const start = after === "" ? 0 : lines.findIndex((line) => line.includes(after));
  return lines.findIndex((line, index) => index >= start && line.includes(text)) + 1;
}

const portal: ResourceText = {
  ...{ type: APPLICATION_TYPE, name: "portal", parents: IN_STAGE, stage: "inttest" },
  props: { hosts: ["portal.example.com"] },
};
/** An object of a chart, by the name that the provider gives it. */
const named = (text: ResourceText): ResourceText => ({ ...text, name: "appointments:ehealth-inttest/appointments" });

describe("a rule's violation, as the pack words it", () => {
  it("names the rule, the object and the path, and is taken apart into what the rule said", async () => {
    const { code, place, found, expected, action } = await refusalOf(portal, hostsOwned);
    assert.equal(code, "hosts-owned");
    assert.equal(place.path, "hosts-owned: Application/portal hosts[0]");
    assert.equal(found, "portal.example.com");
    assert.match(expected, /^a host in test\.example\.org/);
    assert.equal(action, "choose a host that ends in .test.example.org");
  });

  it("says all of it in the text that people read", async () => {
    const text = renderRefusals([await refusalOf(portal, hostsOwned)]);
    assert.match(text, /^Pulumi\.inttest\.yaml:\d+:\d+ {2}hosts-owned: Application\/portal hosts\[0\]\n/);
  });

  it("is placed at the host", async () => {
    const { place } = await refusalOf(portal, hostsOwned);
    assert.deepEqual([place.file, place.line], [FILE, lineOf("hosts: [portal.example.com]")]);
  });

  it("is placed at the replicas", async () => {
    const few = named(deployment());
    const object = { ...few, props: { ...few.props, spec: { ...(few.props["spec"] as object), replicas: 0 } } };
    const { place } = await refusalOf(object, workloadAvailable);
    assert.equal(place.line, lineOf("replicas: 3"));
  });

  it("is placed at the settings where what it is about is not set", async () => {
    const few = named(deployment());
    const object = { ...few, props: { ...few.props, spec: { ...(few.props["spec"] as object), replicas: 0 } } };
    const { place } = await refusalOf(object, workloadAvailable, STACK_FILE.replace("      replicas: 3\n", ""));
    assert.equal(place.line, lineOf("appointments:", "lockstep:settings"));
  });

  it("of another image than the pin's is placed at the chart", async () => {
    const { place } = await refusalOf(named(deployment(podSpec(THIRD_PARTY_IMAGE))), imageKnown);
    assert.match(place.path ?? "", /^image-known: Deployment\/appointments spec\.template/);
    assert.equal(place.line, lineOf("chart: oci", "appointments:"));
  });

  it("of the pin's image is placed there", async () => {
    const refuseAll: Rule = {
      ...imageKnown,
      check: () => [{ path: "spec", found: APPOINTMENTS_IMAGE, expected: "none" }],
    };
    const { place } = await refusalOf(named(deployment()), refuseAll);
    assert.equal(place.line, lineOf("image: registry", "appointments:"));
  });

  it("of what the chart renders is placed at the chart", async () => {
    const { place } = await refusalOf(named(deployment()), workloadProbes);
    assert.equal(place.line, lineOf("chart: oci", "appointments:"));
  });

  it("of nobody's is placed at the stage's file", async () => {
    const { place } = await refusalOf({ ...deployment(), parents: IN_STAGE }, workloadProbes);
    assert.deepEqual([place.file, place.line], [FILE, undefined]);
  });

  it("stays as it is where it is worded otherwise, with the rule and the resource", async () => {
    const { loaded } = await saidOf(portal, []);
    const path = "urn:pulumi:inttest::platform::kubernetes:core/v1:Pod::sample";
    const refusal = { code: "other", place: { path }, found: "no found", expected: "nothing", action: "as it says" };
    const placed = placePolicyRefusal(refusal, loaded);
    assert.deepEqual([placed.found, placed.action, placed.place.path], ["no found", "as it says", `other: ${path}`]);
  });

  it("keeps all reasons where they are more than one", async () => {
    const { loaded } = await saidOf(portal, []);
    const reasons = ["one", "two"].map((found) => ({
      ...{ code: "x", place: { file: FILE }, found, expected: "y", action: "z" },
    }));
    const refusal = { ...reasons[0], place: { path: "urn:pulumi:inttest::platform::a:b:C::d" } };
    const found = renderRefusals(reasons);
    const placed = placePolicyRefusal({ code: "x", expected: "", action: "", ...refusal, found }, loaded);
    assert.equal(placed.found, found);
  });
});

describe("advice, as the pack words it", () => {
  it("of an exemption that nothing used names the rule, what it was for and the trust file", async () => {
    const { events, loaded } = await saidOf(portal, [workloadProbes], [EXEMPTION]);
    const [advice] = events.map((event) => toAdvice(event, loaded));
    assert.equal(advice?.place.path, "exemptions: workload-probes for appointments Deployment/appointments (platform)");
    assert.match(advice.place.file ?? "", /exemptions\.yaml$/);
    assert.equal(advice.place.line, undefined);
    assert.equal(advice.found, "nothing used it in this run");
  });

  it("of what an exemption sets aside names the object, what was found, and until when", async () => {
    const { events, loaded } = await saidOf(named(deployment()), [workloadProbes], [EXEMPTION]);
    const [advice] = events.map((event) => toAdvice(event, loaded));
    assert.match(advice?.place.path ?? "", /^workload-probes: Deployment\/appointments /);
    assert.match(advice?.found ?? "", /\(set aside until 2026-11-21T12:00:00\.001Z: later \(platform\)\)$/);
  });
});
