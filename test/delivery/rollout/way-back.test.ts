import assert from "node:assert/strict";
import { judgeRollout, type RolledApplication } from "../../../src/delivery/rollout/judge-rollout.ts";
import { IMAGE, NAMESPACE, objects, OTHER_IMAGE, pod, replicaSet, waiting, workload } from "./observed.ts";

const PORTAL: RolledApplication = { name: "portal", namespace: NAMESPACE, image: IMAGE };
const SHORT = "1 of 2 replicas are ready";

describe("a roll-out on the way back from a version that failed", () => {
  const bad = replicaSet({
    ...{ name: "portal-bad", uid: "uid-portal-bad", revision: "8" },
    images: [`r.example.com/portal:2@${OTHER_IMAGE}`],
    conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota: small" }],
  });
  const crashing = { owners: [bad.uid], conditions: [], containers: [waiting("CrashLoopBackOff")] };
  const late = (set: string) => [
    {
      ...{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
      message: `ReplicaSet "${set}" has timed out progressing.`,
    },
  ];
  const conditions = late("portal-bad");
  const replicaSets = [replicaSet(), bad];
  const pods = [pod("a"), pod("c", crashing)];
  const shown = (changes: Parameters<typeof workload>[0]) => {
    const workloads = [workload({ problem: SHORT, conditions, ...changes })];
    const { done, problems } = judgeRollout(PORTAL, objects({ workloads, replicaSets, pods }));
    assert.equal(done, false);
    return problems.map(({ code, object }) => `${code} ${object}`);
  };

  it("shows nothing of that version before the controller has taken notice, whose newest it still is", () => {
    assert.deepEqual(shown({ observed: false, revision: "8" }), []);
    // Read before its ReplicaSets were, it may have it as its newest all the same.
    assert.deepEqual(shown({ revision: "8" }), []);
  });

  it("shows nothing of settings of before either, of the same image, until the controller has taken notice", () => {
    const own = { ...crashing, owners: ["uid-portal-7"] };
    const judge = (observed: boolean) => {
      const workloads = [workload({ problem: SHORT, observed })];
      return judgeRollout(PORTAL, objects({ workloads, pods: [pod("c", own)] })).problems.map(({ code }) => code);
    };
    assert.deepEqual([judge(false), judge(true)], [[], ["crash-loop"]]);
  });

  it("shows no deadline that passed for that version, and the one that passed for this", () => {
    assert.deepEqual(shown({}), []);
    assert.deepEqual(shown({ conditions: late("portal-7") }), ["deadline Deployment/portal"]);
  });

  it("shows and counts no pods of that version of a DaemonSet, which does not say which are the newest", () => {
    const own = { owners: ["uid-portal"] };
    const all = [pod("a", own), pod("b", { ...own, images: bad.images }), pod("c", { ...crashing, ...own })];
    const set = workload({ kind: "DaemonSet", problem: SHORT, wanted: 3, ready: 2 });
    const judge = (images: readonly string[]) => {
      const found = all.map((one) => (one.name === "c" ? { ...one, images } : one));
      const { workloads, problems } = judgeRollout(PORTAL, objects({ workloads: [set], pods: found }));
      return [workloads[0]?.ready, problems.map(({ code }) => code)];
    };
    assert.deepEqual(judge(bad.images), [1, []]);
    assert.deepEqual(judge(set.images), [1, ["crash-loop"]]);
  });

  it("judges what is made of another image altogether as it is", () => {
    const cache = workload({ name: "cache", images: bad.images, problem: SHORT, revision: "8", conditions: [] });
    const found = objects({ workloads: [workload(), cache], replicaSets, pods });
    assert.deepEqual(
      judgeRollout(PORTAL, found).problems.map(({ code }) => code),
      ["quota", "crash-loop"],
    );
  });
});
