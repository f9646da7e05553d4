import assert from "node:assert/strict";
import { failedApplications } from "../../../src/delivery/deployment/failed-applications.ts";
import type { ApplicationRollout, RolloutProblem } from "../../../src/model/rollout.ts";
import { urns } from "./sample-changes.ts";

const problem: RolloutProblem = { code: "crash-loop", object: "Pod/portal-1", text: "it ends at once", log: [] };

function rollout(application: string, parts: Partial<ApplicationRollout> = {}): ApplicationRollout {
  return { application, workloads: [], done: true, problems: [], ...parts };
}

const nothing = { errors: [], rollouts: [], smoke: [] };

describe("the applications that failed", () => {
  it("are none where nothing is said against any", () => {
    assert.deepEqual(failedApplications({ ...nothing, rollouts: [rollout("portal")] }), []);
  });

  it("are those whose pods have a problem, with what the cluster says", () => {
    const rollouts = [rollout("portal", { done: false, problems: [problem] })];
    const errors = [{ urn: urns.deployment("portal"), message: "timed out" }];
    assert.deepEqual(failedApplications({ ...nothing, rollouts, errors }), [{ name: "portal", problems: [problem] }]);
  });

  it("are those that the engine failed on, where the cluster says nothing", () => {
    const errors = [{ urn: urns.deployment("portal"), message: "denied" }];
    const [failed] = failedApplications({ ...nothing, rollouts: [rollout("portal", { done: false })], errors });
    assert.equal(failed?.name, "portal");
    assert.deepEqual(
      failed.problems.map(({ code, text }) => [code, text]),
      [["other", "denied"]],
    );
  });

  it("are not those that the engine did not get to", () => {
    const rollouts = [rollout("patients", { done: false }), rollout("portal", { done: false, problems: [problem] })];
    assert.deepEqual(
      failedApplications({ ...nothing, rollouts }).map(({ name }) => name),
      ["portal"],
    );
  });

  it("are not those that had a problem and are there all the same", () => {
    assert.deepEqual(failedApplications({ ...nothing, rollouts: [rollout("portal", { problems: [problem] })] }), []);
  });

  it("are nobody where the stage as a whole is the reason", () => {
    const errors = [urns.stack, urns.namespace, undefined].map((urn) => ({ urn, message: "no" }));
    assert.deepEqual(failedApplications({ ...nothing, errors }), []);
  });

  it("are nobody where the API server did not answer; a probe without an answer is another matter", () => {
    const errorsOf = (message: string) => [{ urn: urns.deployment("portal"), message }];
    for (const away of [
      'could not get server version from Kubernetes: Get "https://127.0.0.1:6443/version?timeout=32s": dial tcp 127.0.0.1:6443: connect: connection refused',
      'Patch "https://api.prod.example.com/apis/apps/v1/namespaces/a/deployments/portal?force=true": unexpected EOF',
      'Get "https://[::1]:6443/api/v1/namespaces/a/pods": net/http: TLS handshake timeout',
    ])
      assert.deepEqual(failedApplications({ ...nothing, errors: errorsOf(away) }), [], away);
    for (const reached of [
      'Readiness probe failed: Get "https://10.1.2.3:8443/health": dial tcp 10.1.2.3:8443: connect: connection refused',
      'failed calling webhook "a.example.com": Post "https://a.svc:443/validate?timeout=10s": EOF',
    ])
      assert.equal(failedApplications({ ...nothing, errors: errorsOf(reached) }).length, 1, reached);
  });

  it("are those whose smoke checks failed, by name", () => {
    const smoke = ["portal", "patients"].map((application) => ({
      ...problem,
      code: "smoke-failed" as const,
      application,
    }));
    assert.deepEqual(
      failedApplications({ ...nothing, smoke }).map(({ name, problems }) => [name, problems[0]?.code]),
      [
        ["patients", "smoke-failed"],
        ["portal", "smoke-failed"],
      ],
    );
  });
});
