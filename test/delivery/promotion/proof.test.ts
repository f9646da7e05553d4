import assert from "node:assert/strict";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { proveStage } from "../../../src/delivery/promotion/proof.ts";
import type { SourceEvidence } from "../../../src/delivery/promotion/source-evidence.ts";
import type { StackUpdate, WorkloadState } from "../../../src/model/deployed-stage.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { refusalsOf, type Refusal } from "../../../src/model/refusal.ts";
import { codes, inttest } from "../../model/sample-stage.ts";
import { baseline, HOUR, statementOf, statesOf, T0 } from "../coverage/sample-court.ts";
import {
  byKey,
  deployed,
  deployedWith,
  DEPLOYED,
  evidence,
  MINUTE,
  pins,
  pinsWith,
  rule,
  source,
  update,
  workloadsWith,
} from "./sample-source.ts";

const NAMES = ["appointments", "portal", "status-page"];
const OTHER_IMAGE = `registry.example.com/ehealth/portal:2.4.0@${digestOf("portal 2.4.0")}`;

interface Against {
  readonly stage: readonly string[];
  readonly applications: Readonly<Record<string, readonly string[]>>;
}

/** The codes against the stage, and against those applications that anything is against. */
function against(changes: Partial<SourceEvidence>, names?: readonly string[]): Against {
  const { refusals, applications } = proveStage({ ...evidence, ...changes }, names, rule);
  const wrong = [...applications].flatMap(([name, outcome]): [string, string[]][] => {
    const found = codes(refusalsOf(outcome));
    return found.length === 0 ? [] : [[name, found]];
  });
  return { stage: codes(refusals), applications: Object.fromEntries(wrong) };
}

const CLEAR: Against = { stage: [], applications: {} };
const portal = (...found: readonly string[]): Against => ({ stage: [], applications: { portal: found } });

function reasonsOf(name: string, changes: Partial<SourceEvidence>): readonly Refusal[] {
  const outcome = proveStage({ ...evidence, ...changes }, [name], rule).applications.get(name);
  return outcome === undefined ? [] : refusalsOf(outcome);
}

describe("proveStage", () => {
  it("proves every application of a stage that runs what its files say, with its pin, soak and statement", () => {
    const proof = proveStage(evidence, undefined, rule);
    assert.deepEqual([...proof.applications.keys()].toSorted(), NAMES);
    assert.deepEqual(proof.update, { version: 0, time: update().startTime, result: "succeeded" });
    const own = proof.applications.get("portal");
    assert.ok(own?.kind === "accepted");
    assert.equal(own.value.pin, evidence.written.get("portal")?.pin);
    assert.deepEqual(own.value.soak, { sinceMs: DEPLOYED, because: "version" });
    assert.equal(own.value.statement, baseline().digest);
    assert.deepEqual(against({}), CLEAR);
  });

  it("proves those that were asked for, each by itself", () => {
    const gone = { workloads: workloadsWith("portal", undefined) };
    assert.deepEqual(against(gone, ["appointments"]), CLEAR);
    assert.deepEqual(against(gone, ["appointments", "portal"]), portal("workload-missing"));
  });

  it("refuses names that the source does not run, and suggests the nearest", () => {
    const [unknown] = reasonsOf("portl", {});
    assert.equal(unknown?.code, "unknown-application");
    assert.match(unknown.found, /portal/);
    const absent = new Map([["patients", "disabled"]] as const);
    assert.equal(reasonsOf("patients", { absent })[0]?.code, "not-in-source");
  });

  for (const [code, history] of [
    ["source-never-deployed", []],
    ["source-never-deployed", [update({ kind: "refresh" })]],
    ["source-update-failed", [update({ result: "failed" }), update()]],
    ["source-update-running", [update({ result: "in-progress", endMs: undefined }), update()]],
    ["source-destroyed", [update({ kind: "destroy" }), update()]],
    ["source-update-running", [update({ kind: "destroy", result: "in-progress", endMs: undefined }), update()]],
    ["source-partly-deployed", [update({ partial: true }), update()]],
  ] as const) {
    it(`refuses the whole stage (${code}) after ${history.map(shown).join(", then ") || "nothing"}`, () => {
      assert.deepEqual(against({ history }).stage, [code]);
    });
  }

  it("does not care about refreshes and previews, whatever became of them", () => {
    for (const kind of ["refresh", "preview"])
      for (const result of ["succeeded", "failed", "in-progress"] as const)
        assert.deepEqual(against({ history: [update({ kind, result }), update()] }), CLEAR);
  });

  it("refuses another cluster than stages.yaml or the outputs name, and one that nobody names", () => {
    const stage = ["other-cluster"];
    assert.deepEqual(against({ clusterUid: "another" }).stage, stage);
    assert.deepEqual(against({ deployed: { ...deployed, clusterUid: "another" } }).stage, stage);
    assert.deepEqual(against({ definition: { ...source, clusterUid: undefined } }).stage, stage);
    const free = { ...inttest, name: source.name };
    assert.deepEqual(against({ definition: free }), CLEAR);
    assert.deepEqual(against({ definition: free, clusterUid: "another" }).stage, stage);
  });

  it("refuses a stack that another stage was deployed with", () => {
    assert.deepEqual(against({ deployed: { ...deployed, stage: "preprod" } }).stage, ["other-stage-deployed"]);
  });
});

describe("what was deployed", () => {
  const differs = portal("source-not-deployed");

  it("has the pins of the files, image and chart, in the outputs and in the history", () => {
    for (const other of [{ image: OTHER_IMAGE }, { chart: "oci://registry.example.com/charts/other:1@sha256:1" }]) {
      assert.deepEqual(against({ deployed: deployedWith("portal", other) }), differs);
      assert.deepEqual(against({ history: [update({ pins: pinsWith("portal", other) })] }), differs);
    }
    assert.deepEqual(against({ deployed: deployedWith("portal", undefined) }), differs);
    assert.deepEqual(against({ history: [update({ pins: pinsWith("portal", undefined) })] }), differs);
  });

  it("has the desired state that the files have now", () => {
    assert.deepEqual(against({ deployed: deployedWith("portal", { desired: digestOf("other settings") }) }), differs);
  });

  it("is known in full: what an earlier program deployed says too little", () => {
    for (const missing of [{ desired: undefined }, { sinceMs: undefined }, { workloads: undefined }])
      assert.deepEqual(against({ deployed: deployedWith("portal", missing) }), portal("source-not-recorded"));
  });

  it("was deployed under the newest statement about it, in a gated source alone", () => {
    const state = statesOf().get("portal");
    const newer = statementOf({
      whenMs: T0 + HOUR,
      applications: { portal: { before: state, after: state, previous: baseline().digest } },
    });
    const chains = chainsOf([baseline(), newer]);
    assert.deepEqual(against({ chains }), portal("source-statement-differs"));
    assert.deepEqual(
      against({ deployed: deployedWith("portal", { statement: undefined }) }),
      portal("source-statement-differs"),
    );
    assert.equal(Object.keys(against({ chains: new Map() }).applications).length, NAMES.length);
    assert.deepEqual(against({ chains, definition: { ...inttest, name: source.name } }), CLEAR);
  });

  it("was not taken back since", () => {
    const refusal = { code: "withdrawn-statement", place: {}, found: "", expected: "", action: "" };
    const takenBack = new Map([[baseline().digest, [refusal]]]);
    assert.deepEqual(against({ takenBack }).applications["portal"], ["withdrawn-statement"]);
    assert.deepEqual(against({ takenBack, definition: { ...inttest, name: source.name } }), CLEAR);
  });

  it("is not known where statements contradict each other", () => {
    const state = statesOf().get("portal");
    const rival = (after: typeof state) =>
      statementOf({ applications: { portal: { before: state, after, previous: baseline().digest } } });
    const chains = chainsOf([baseline(), rival(state), rival(undefined)]);
    assert.ok(against({ chains }).applications["portal"]?.includes("conflicting-statements"));
  });
});

describe("what runs", () => {
  const repository = (image: string): string => image.slice(0, image.indexOf(":"));
  const own = pins.get("portal")?.image ?? "";

  for (const [code, changes] of [
    ["workload-missing", undefined],
    ["workload-missing", { namespace: "elsewhere" }],
    ["workload-missing", { kind: "StatefulSet" }],
    ["workload-unhealthy", { problem: "1 of 2 replicas are ready" }],
    ["workload-other-image", { images: [OTHER_IMAGE] }],
    ["workload-other-image", { images: [own, OTHER_IMAGE] }],
    ["workload-other-image", { images: [`${repository(own)}:latest`] }],
    ["workload-other-image", { images: [`mirror.example.com/redis:7@${digestOf("redis")}`] }],
    ["workload-other-image", { images: [] }],
  ] as const satisfies readonly (readonly [string, Partial<WorkloadState> | undefined])[]) {
    it(`refuses (${code}) a workload with ${JSON.stringify(changes ?? "nothing in the cluster")}`, () => {
      assert.deepEqual(against({ workloads: workloadsWith("portal", changes) }), portal(code));
    });
  }

  it("may have images beside its own, and further workloads that have none of it", () => {
    const redis = `mirror.example.com/redis:7@${digestOf("redis")}`;
    assert.deepEqual(against({ workloads: workloadsWith("portal", { images: [redis, own] }) }), CLEAR);
    const names = [
      { kind: "Deployment", name: "portal" },
      { kind: "StatefulSet", name: "cache" },
    ] as const;
    const states = [...evidence.workloads.values()];
    const first = states.find(({ name }) => name === "portal");
    assert.ok(first);
    const cache = { ...first, kind: "StatefulSet", name: "cache", images: [redis] } as const;
    const both = { deployed: deployedWith("portal", { workloads: names }), workloads: byKey([...states, cache]) };
    assert.deepEqual(against(both), CLEAR);
    assert.deepEqual(against({ ...both, workloads: byKey(states) }), portal("workload-missing"));
  });

  it("may be no workload at all: then the update itself is all there is to go by", () => {
    const none = { deployed: deployedWith("portal", { workloads: [] }), workloads: workloadsWith("portal", undefined) };
    assert.deepEqual(against(none), CLEAR);
  });

  it("is refused for all its reasons at once", () => {
    const sick = { problem: "it is being deleted", images: [OTHER_IMAGE], availableSinceMs: rule.nowMs - MINUTE };
    const all = portal("not-soaked", "workload-other-image", "workload-unhealthy");
    assert.deepEqual(against({ workloads: workloadsWith("portal", sick) }), all);
  });
});

function shown({ kind, result, partial }: StackUpdate): string {
  return `${partial ? "a partial " : ""}${kind} (${result})`;
}
