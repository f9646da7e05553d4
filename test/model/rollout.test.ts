import assert from "node:assert/strict";
import { isUnready, type ApplicationRollout } from "../../src/model/rollout.ts";

const WORKLOAD = { kind: "Deployment", namespace: "ehealth", name: "portal", ready: 2, wanted: 2 } as const;
const READY: ApplicationRollout = { application: "portal", workloads: [WORKLOAD], done: true, problems: [] };
const PROBLEM = { code: "crash-loop", object: "Pod/portal-1", text: "exits with 1", log: [] } as const;

describe("the roll-out of an application that the engine takes for done", () => {
  it("is ready where all that is wanted of the newest version is, though older replicas may be leaving", () => {
    assert.equal(isUnready(READY), false);
    assert.equal(isUnready({ ...READY, done: false }), false);
  });

  it("is not where pods of the newest version are missing, whether anything is known against them or not", () => {
    const short = { ...READY, done: false, workloads: [{ ...WORKLOAD, ready: 1 }] };
    assert.equal(isUnready(short), true);
    assert.equal(isUnready({ ...short, problems: [PROBLEM] }), true);
  });

  it("has nothing that could be ready where it has no workloads", () => {
    assert.equal(isUnready({ ...READY, done: false, workloads: [] }), false);
    assert.equal(isUnready({ ...READY, done: false, workloads: [], problems: [PROBLEM] }), true);
  });
});
