import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeRollout, type RolledApplication } from "../../../src/delivery/rollout/judge-rollout.ts";
import type { ObservedPod, RolloutObjects } from "../../../src/model/rollout-objects.ts";
import {
  container,
  IMAGE,
  job,
  NAMESPACE,
  objects,
  OTHER_IMAGE,
  pod,
  READY,
  replicaSet,
  waiting,
  warning,
  workload,
} from "./observed.ts";

const PORTAL: RolledApplication = { name: "portal", namespace: NAMESPACE, image: IMAGE };
const SHORT = "1 of 2 replicas are ready";

/** Of a workload that is short of one replica, because of this pod. */
function problemsOf(odd: Partial<ObservedPod>, changes: Partial<RolloutObjects> = {}): readonly string[] {
  const found = objects({
    workloads: [workload({ problem: SHORT })],
    pods: [pod("a"), pod("b", { conditions: [], containers: [container()], ...odd })],
    ...changes,
  });
  const { problems, done } = judgeRollout(PORTAL, found);
  assert.equal(done, false);
  return problems.map(({ code, object }) => `${code} ${object}`);
}

describe("judgeRollout", () => {
  it("finds a roll-out done where every replica of the newest version is ready", () => {
    const { done, workloads, problems } = judgeRollout(PORTAL, objects());
    assert.deepEqual(
      { done, workloads, problems },
      {
        done: true,
        workloads: [{ kind: "Deployment", name: "portal", namespace: NAMESPACE, ready: 2, wanted: 2 }],
        problems: [],
      },
    );
  });

  it("finds it done where nobody wants replicas, once the controller has seen that", () => {
    const none = { wanted: 0, problem: "it has no replicas" };
    assert.equal(judgeRollout(PORTAL, objects({ workloads: [workload(none)], pods: [] })).done, true);
    const unseen = workload({ ...none, observed: false });
    assert.equal(judgeRollout(PORTAL, objects({ workloads: [unseen], pods: [] })).done, false);
  });

  it("finds nothing done where nothing is there", () => {
    assert.equal(judgeRollout(PORTAL, objects({ workloads: [] })).done, false);
    assert.equal(judgeRollout({ ...PORTAL, image: undefined }, objects({ workloads: [] })).done, false);
  });

  it("finds nothing done, and nothing to complain of, where the version before still runs", () => {
    const images = [`r.example.com/portal:0@${OTHER_IMAGE}`];
    const before = objects({
      workloads: [workload({ images, problem: SHORT })],
      pods: [pod("a", { phase: "Failed" })],
    });
    const { done, workloads, problems } = judgeRollout(PORTAL, before);
    assert.deepEqual([done, workloads[0]?.ready, problems], [false, 0, []]);
    assert.equal(judgeRollout(PORTAL, objects({ workloads: [workload({ images })] })).done, false);
    assert.equal(
      judgeRollout({ ...PORTAL, image: undefined }, objects({ workloads: [workload({ images })] })).done,
      true,
    );
  });

  it("counts no pods of a version before as progress", () => {
    const mixed = objects({
      workloads: [workload({ problem: SHORT })],
      replicaSets: [replicaSet(), replicaSet({ uid: "uid-portal-6", revision: "6" })],
      pods: [
        pod("a"),
        pod("old", { owners: ["uid-portal-6"] }),
        pod("worse", { owners: ["uid-portal-6"], phase: "Failed", conditions: [] }),
      ],
    });
    const { workloads, problems } = judgeRollout(PORTAL, mixed);
    assert.deepEqual([workloads[0]?.ready, problems], [1, []]);
  });

  it("takes workloads by name where they are named, and misses those that are not there", () => {
    const named = {
      ...PORTAL,
      workloads: [
        { kind: "Deployment", name: "portal" },
        { kind: "StatefulSet", name: "cache" },
      ],
    } as const;
    const { done, workloads, problems } = judgeRollout(named, objects());
    assert.equal(done, false);
    assert.deepEqual(
      workloads.map(({ name, ready }) => [name, ready]),
      [
        ["portal", 2],
        ["cache", 0],
      ],
    );
    assert.deepEqual(
      problems.map(({ object }) => object),
      ["StatefulSet/cache"],
    );
  });

  it("takes workloads by the image or by the usual labels where none are named, in its namespace alone", () => {
    const all = [
      workload({ name: "by-image", labels: {} }),
      workload({ name: "by-instance", images: [], labels: { "app.kubernetes.io/instance": "portal" } }),
      workload({ name: "elsewhere", namespace: "other" }),
      workload({ name: "of-another", images: [], labels: { "app.kubernetes.io/name": "patients" } }),
    ];
    const { workloads } = judgeRollout(PORTAL, objects({ workloads: all }));
    assert.deepEqual(
      workloads.map(({ name }) => name),
      ["by-image", "by-instance"],
    );
  });

  const scheduled = (reason: string) => [{ type: "PodScheduled", status: "False", reason, message: "0/3 nodes" }];
  const oom = { exitCode: 137, reason: "OOMKilled", message: "" };
  const odd: Readonly<Record<string, readonly [Partial<ObservedPod>, readonly string[]]>> = {
    "a pod that has only just begun": [{}, []],
    "one that is being created": [{ containers: [waiting("ContainerCreating")] }, []],
    "one that is leaving": [{ leaving: true, containers: [waiting("CrashLoopBackOff")] }, []],
    "an image that cannot be had": [{ containers: [waiting("ErrImagePull")] }, ["image-pull Pod/b"]],
    "one that backs off from pulling": [{ containers: [waiting("ImagePullBackOff")] }, ["image-pull Pod/b"]],
    "one that no node takes": [{ conditions: scheduled("Unschedulable"), containers: [] }, ["unschedulable Pod/b"]],
    "one that waits for its gates": [{ conditions: scheduled("SchedulingGated"), containers: [] }, []],
    "one that backs off from starting": [{ containers: [waiting("CrashLoopBackOff")] }, ["crash-loop Pod/b"]],
    "one that runs again after it ended": [
      { containers: [container({ restarts: 2, ended: oom })] },
      ["crash-loop Pod/b"],
    ],
    "one that cannot be configured": [{ containers: [waiting("CreateContainerConfigError")] }, ["other Pod/b"]],
    "one that was evicted": [{ phase: "Failed", reason: "Evicted", containers: [] }, ["other Pod/b"]],
  };
  for (const [what, [changes, expected]] of Object.entries(odd)) {
    it(`says of ${what}: ${expected.join() || "nothing"}`, () => {
      assert.deepEqual(problemsOf(changes), expected);
    });
  }

  it("takes a probe's warning for the reason, of this pod alone", () => {
    const failed = "Readiness probe failed: 503";
    assert.deepEqual(problemsOf({}, { events: [warning("b", "Unhealthy", failed)] }), ["failing-readiness Pod/b"]);
    assert.deepEqual(problemsOf({}, { events: [warning("c", "Unhealthy", failed)] }), []);
    assert.deepEqual(problemsOf({ conditions: [READY] }, { events: [warning("b", "Unhealthy", failed)] }), []);
  });

  for (const [code, message] of [
    ["quota", 'pods "portal-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5'],
    ["quota", 'pods "portal-x" is forbidden: failed quota: small: must specify limits.cpu'],
    ["admission", 'pods "portal-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot'],
    ["admission", 'admission webhook "check.example.com" denied the request: no'],
    ["other", "Internal error occurred: the disk is full"],
  ] as const) {
    it(`calls it ${code} where the ReplicaSet says: ${message}`, () => {
      const conditions = [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }];
      const found = problemsOf({ leaving: true }, { replicaSets: [replicaSet({ conditions })] });
      assert.deepEqual(found, [`${code} Deployment/portal`]);
    });
  }

  it("believes what the events of a StatefulSet say, as long as a pod is missing", () => {
    const set = workload({ kind: "StatefulSet", updateRevision: "r2", problem: SHORT });
    const events = [warning("portal", "FailedCreate", "create Pod portal-1: exceeded quota: small")];
    const labels = { "controller-revision-hash": "r2" };
    const [first, second] = [0, 1].map((ordinal) => pod(`portal-${ordinal}`, { owners: ["uid-portal"], labels }));
    assert.ok(first !== undefined && second !== undefined);
    const judge = (pods: readonly ObservedPod[]) => judgeRollout(PORTAL, objects({ workloads: [set], pods, events }));
    assert.deepEqual(
      judge([first]).problems.map(({ code }) => code),
      ["quota"],
    );
    assert.deepEqual(judge([first, second]).problems, []);
  });

  it("speaks of the deadline only where nothing says more", () => {
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "" }];
    const workloads = [workload({ problem: SHORT, conditions })];
    assert.deepEqual(problemsOf({}, { workloads }), ["deadline Deployment/portal"]);
    const events = [warning("b", "Unhealthy", "Startup probe failed: 503")];
    assert.deepEqual(problemsOf({}, { workloads, events }), ["failing-readiness Pod/b"]);
  });

  it("tells the same of ten pods once", () => {
    const names = Array.from("abcdefghij");
    const broken = (name: string) => pod(name, { conditions: [], containers: [waiting("CrashLoopBackOff")] });
    const { problems } = judgeRollout(
      PORTAL,
      objects({ workloads: [workload({ problem: SHORT })], pods: names.map(broken) }),
    );
    assert.deepEqual(
      problems.map(({ object }) => object),
      ["Pod/a"],
    );
    assert.match(problems[0]?.text ?? "", /9 more/);
  });

  describe("a migration", () => {
    const failed = [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }];
    const before = [workload({ images: [`r.example.com/portal:0@${OTHER_IMAGE}`] })];
    const codes = (changes: Partial<RolloutObjects>) =>
      judgeRollout(PORTAL, objects({ workloads: before, ...changes })).problems.map(({ code }) => code);

    it("that failed is the problem, with the pod whose log tells more", () => {
      const ended = { exitCode: 1, reason: "Error", message: "" };
      const pods = [
        pod("m", {
          owners: ["uid-portal-migrate-aaaaaaaaaa"],
          conditions: [],
          phase: "Failed",
          containers: [container({ name: "migrate", running: false, ended })],
        }),
      ];
      const { problems } = judgeRollout(
        PORTAL,
        objects({ workloads: before, jobs: [job({ conditions: failed })], pods }),
      );
      assert.deepEqual(
        problems.map(({ code, log }) => [code, log?.pod]),
        [["migration-failed", "m"]],
      );
    });

    it("that runs, or is complete, is none", () => {
      assert.deepEqual(codes({ jobs: [job()] }), []);
      assert.deepEqual(codes({ jobs: [job({ conditions: [{ ...failed[0], type: "Complete" } as never] })] }), []);
    });

    it("of another version, or of another application, is none of this one's", () => {
      assert.deepEqual(codes({ jobs: [job({ conditions: failed, images: [`x@${OTHER_IMAGE}`] })] }), []);
      const labels = { ...job().labels, "app.kubernetes.io/name": "patients" };
      assert.deepEqual(codes({ jobs: [job({ conditions: failed, labels })] }), []);
    });

    it("whose deadline has passed says what kept its pods, which are gone, from running", () => {
      const late = [{ ...failed[0], reason: "DeadlineExceeded" } as never];
      const textWith = (event: ReturnType<typeof warning>) => {
        const changes = { workloads: before, jobs: [job({ conditions: late })], events: [event] };
        return judgeRollout(PORTAL, objects(changes))
          .problems.map(({ text }) => text)
          .join();
      };
      assert.match(textWith(warning("portal-migrate-aaaaaaaaaa-x7", "Failed", "cannot pull")), /cannot pull/);
      assert.match(textWith(warning("portal-migrate-aaaaaaaaaa", "FailedCreate", "exceeded quota: small")), /small/);
      assert.doesNotMatch(textWith(warning("patients-1", "Failed", "cannot pull")), /cannot pull/);
    });

    it("whose pod cannot be created says why", () => {
      const events = [warning("portal-migrate-aaaaaaaaaa", "FailedCreate", "exceeded quota: small")];
      assert.deepEqual(codes({ jobs: [job()], events }), ["quota"]);
    });
  });

  it("never finds a workload done that its controller finds short", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 5 }), (wanted, ready) => {
        const pods = ready.map((is, index) => pod(`p${index}`, { conditions: is ? [READY] : [] }));
        const short = workload({ wanted, problem: SHORT });
        return !judgeRollout(PORTAL, objects({ workloads: [workload(), short], pods })).done;
      }),
    );
  });
});
