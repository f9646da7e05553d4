import assert from "node:assert/strict";
import type { Diagnostic } from "../../policy/diagnostic.ts";
import { Pack } from "../../policy/pack.ts";
import type { JudgedResource, Rule } from "../../policy/rule.ts";
import type { StageContext } from "../../policy/stage-context.ts";
import { workloadBudget } from "../../policy/rules/workload-budget.ts";
import type { RegisteredResource } from "../../policy/stack-rule.ts";
import { stagePresent } from "../../policy/stack-rules/stage-present.ts";
import { accepted, refused, type Outcome } from "../../src/model/refusal.ts";
import type { Exemption } from "../../src/model/trust/exemptions.ts";
import { unknown } from "./harness/engine-values.ts";
import { resource, type ResourceText } from "./harness/resources.ts";
import { deployment, stageComponent } from "./harness/samples.ts";
import { stageContext } from "./harness/stage-context.ts";
import { budget, deployment as webService } from "./rules/web-service.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const noReplicas: Rule = {
  id: "no-replicas",
  title: "no replicas",
  why: "a sample",
  fix: "remove it",
  level: "mandatory",
  exemptible: true,
  check: ({ props }) => {
    const { spec } = props as { readonly spec?: { readonly replicas?: number } };
    const { replicas } = spec ?? {};
    if (replicas === undefined) return [];
    return ["first", "second"].map((path) => ({ path, found: String(replicas), expected: "none" }));
  },
};
const exemption: Exemption = {
  rule: "no-replicas",
  stages: ["inttest"],
  application: "appointments",
  object: "Deployment/appointments",
  owner: "platform",
  reason: "until the next version",
  expiresMs: NOW_MS + 1,
};

function packOf(context: Outcome<StageContext>, ...rules: readonly Rule[]): Pack {
  const loadContext = () => Promise.resolve(context);
  return new Pack({
    rules,
    applicationRules: [workloadBudget],
    stackRules: [stagePresent],
    loadContext,
    nowMs: NOW_MS,
  });
}

function exempting(change: Partial<Exemption>, definition: Parameters<typeof stageContext>[0] = {}): StageContext {
  return stageContext({ ...definition, trust: { exemptions: [{ ...exemption, ...change }] } });
}

async function analyze(pack: Pack, text: ResourceText = deployment()): Promise<readonly Diagnostic[]> {
  return pack.analyze(resource(text));
}

function summary(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ level, policy }) => `${level} ${policy}`);
}

describe("the pack", () => {
  it("reports every violation of a rule, at the rule's level", async () => {
    const found = await analyze(packOf(accepted(stageContext()), noReplicas, { ...noReplicas, level: "advisory" }));
    assert.deepEqual(summary(found), [
      ...["mandatory no-replicas", "mandatory no-replicas"],
      ...["advisory no-replicas", "advisory no-replicas"],
    ]);
  });

  it("says nothing of a resource that no rule is against", async () => {
    assert.deepEqual(await analyze(packOf(accepted(stageContext()), noReplicas), stageComponent(stageContext())), []);
  });

  for (const [what, check] of [
    ["throws", () => JSON.parse("{") as never],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ] as const) {
    it(`takes a rule that ${what} for a violation`, async () => {
      assert.deepEqual(summary(await analyze(packOf(accepted(stageContext()), { ...noReplicas, check }))), [
        "mandatory no-replicas",
      ]);
    });
  }

  it("lets the engine know which rule read an unknown value, and asks the others", async () => {
    const always: Rule = { ...noReplicas, id: "always", check: () => [{ path: "", found: "", expected: "" }] };
    const found = await analyze(packOf(accepted(stageContext()), noReplicas, always), {
      ...deployment(),
      props: { spec: unknown },
    });
    assert.deepEqual(summary(found), ["advisory no-replicas", "mandatory always"]);
  });

  it("refuses every resource of a stage that cannot be read, with the reasons, in short, on the first", async () => {
    const reason = {
      code: "missing-file",
      place: { file: "Pulumi.dev.yaml" },
      found: "gone",
      expected: "a file",
      action: "write it",
    };
    const pack = packOf(refused([reason]), noReplicas);
    const stack = { type: "pulumi:pulumi:Stack", parents: [], props: {} };
    const [first, object] = [await analyze(pack, stack), await analyze(pack)];
    assert.deepEqual([...summary(first), ...summary(object)], ["mandatory unknown-stage", "mandatory unknown-stage"]);
    assert.match(first[0]?.message ?? "", /^Pulumi\.dev\.yaml: gone$/m);
    assert.doesNotMatch(first[0]?.message ?? "", /write it/);
    assert.doesNotMatch(object[0]?.message ?? "", /Pulumi\.dev\.yaml/);
  });

  it("refuses a stack without a Stage, and one with two", async () => {
    const pack = packOf(accepted(stageContext()));
    const stage = atTheEnd(stageComponent(stageContext()));
    assert.deepEqual(await pack.analyzeStack([stage]), []);
    for (const resources of [[], [{ ...stage, type: "other" }], [stage, stage]])
      assert.deepEqual(summary(await pack.analyzeStack(resources)), ["mandatory stage-present"]);
  });
});

describe("a rule over the objects of an application", () => {
  const available = { definition: { availability: { minReplicas: 2, disruptionBudget: true }, gated: true } };
  const stage = stageComponent(stageContext());
  const replicas = (spec: Readonly<Record<string, unknown>>) => webService({}, spec);
  const end = (...texts: readonly ResourceText[]) => [stage, ...texts].map(atTheEnd);

  it("is listed with the rules over the stack", () => {
    const ids = packOf(accepted(stageContext())).stackRules.map(({ id }) => id);
    assert.deepEqual(ids, ["stage-present", "workload-budget", "exemptions"]);
  });

  it("is asked at the end, and names the object", async () => {
    const pack = packOf(accepted(stageContext(available)));
    const found = await pack.analyzeStack(end(replicas({})));
    assert.deepEqual(summary(found), ["mandatory workload-budget"]);
    assert.equal(found[0]?.urn, resource(replicas({})).urn);
    assert.deepEqual(await pack.analyzeStack(end(replicas({}), budget())), []);
  });

  it("judges what was asked for, not what the cluster's defaults made of it", async () => {
    const pack = packOf(accepted(stageContext(available)));
    await analyze(pack, replicas({ replicas: undefined }));
    assert.deepEqual(summary(await pack.analyzeStack(end(replicas({ replicas: 1 })))), ["mandatory workload-budget"]);
  });

  it("lets the engine know that it read an unknown value", async () => {
    const pack = packOf(accepted(stageContext(available)));
    const found = await pack.analyzeStack(end(replicas({ replicas: unknown })));
    assert.deepEqual(summary(found), ["advisory workload-budget"]);
  });

  it("is set aside by an exemption, which is used then", async () => {
    const context = exempting({ rule: "workload-budget" }, available);
    const found = await packOf(accepted(context)).analyzeStack(end(replicas({})));
    assert.deepEqual(summary(found), ["advisory workload-budget"]);
    assert.match(found[0]?.message ?? "", /^set aside until /);
  });
});

describe("an exemption", () => {
  const gated = { definition: { gated: true } };
  const advisory = ["advisory no-replicas", "advisory no-replicas"];
  const mandatory = ["mandatory no-replicas", "mandatory no-replicas"];

  for (const [what, change] of [
    ["of the object", {}],
    ["of the whole application", { object: undefined }],
    ["for all stages", { stages: ["*"] }],
  ] as const) {
    it(`${what} sets the rule aside, and says so`, async () => {
      const found = await analyze(packOf(accepted(exempting(change, gated)), noReplicas));
      assert.deepEqual(summary(found), advisory);
      assert.match(found[0]?.message ?? "", /until the next version \(platform\)/);
    });
  }

  for (const [what, change] of [
    ["of another rule", { rule: "other" }],
    ["for another stage", { stages: ["prod"] }],
    ["of another application", { application: "portal" }],
    ["of another object", { object: "Deployment/other" }],
    ["that expires now", { expiresMs: NOW_MS }],
  ] as const) {
    it(`${what} changes nothing`, async () => {
      assert.deepEqual(summary(await analyze(packOf(accepted(exempting(change)), noReplicas))), mandatory);
    });
  }

  it("of a rule that may not be set aside counts in no gated stage", async () => {
    const firm = { ...noReplicas, exemptible: false };
    assert.deepEqual(summary(await analyze(packOf(accepted(exempting({}, gated)), firm))), mandatory);
    assert.deepEqual(summary(await analyze(packOf(accepted(exempting({})), firm))), advisory);
  });

  for (const [what, change, rule] of [
    ["is expired", { expiresMs: NOW_MS }, noReplicas],
    ["is of no rule", { rule: "no-replica" }, noReplicas],
    ["cannot count", {}, { ...noReplicas, exemptible: false }],
    ["was not used", { object: "Deployment/other" }, noReplicas],
  ] as const) {
    it(`that ${what} is reported at the end`, async () => {
      assert.deepEqual(await reportOf(exempting(change, gated), rule), ["advisory exemptions"]);
    });
  }

  it("that was used is not reported, nor is one of another stage", async () => {
    assert.deepEqual(await reportOf(exempting({}, gated), noReplicas), []);
    assert.deepEqual(await reportOf(exempting({ stages: ["prod"], expiresMs: 0 }, gated), noReplicas), []);
  });
});

async function reportOf(context: StageContext, rule: Rule): Promise<string[]> {
  const pack = packOf(accepted(context), rule);
  await analyze(pack);
  return summary(await pack.analyzeStack([atTheEnd(stageComponent(context))]));
}

/** A resource as the engine shows it when the run is done. */
function atTheEnd(text: ResourceText): RegisteredResource {
  const read = (): JudgedResource => resource(text);
  const { urn, type } = read();
  return { urn, type, read };
}
