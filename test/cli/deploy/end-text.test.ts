import assert from "node:assert/strict";
import type { CarriedOut } from "../../../src/cli/deploy/carry-out.ts";
import { renderEnd, renderStays } from "../../../src/cli/deploy/end-text.ts";
import { planDeployment } from "../../../src/delivery/deployment/deployment-plan.ts";
import type { RolloutProblem } from "../../../src/model/rollout.ts";
import { deployedOf, wantedOf } from "../../delivery/deployment/sample-changes.ts";

const plan = planDeployment({
  ...{ stage: "prod", changes: [], drift: [], recordDiffers: false },
  deployed: new Map([["portal", deployedOf("portal", "2.3.0")]]),
  wanted: new Map([["portal", wantedOf("portal", "2.4.0")]]),
});
const problem: RolloutProblem = { code: "crash-loop", object: "Pod/portal-1", text: "it ends at once", log: ["oh no"] };

function doneWith(parts: Partial<CarriedOut>, message?: string): CarriedOut {
  const diagnostics = message === undefined ? [] : [{ urn: undefined, severity: "error" as const, message }];
  const run = { ended: "failed" as const, changes: [], events: [], diagnostics, said: "the engine's last words" };
  const portal = { kind: "Deployment" as const, namespace: "ehealth-prod", name: "portal", ready: 0, wanted: 2 };
  const rollouts = [{ application: "portal", workloads: [portal], done: false, problems: [] }];
  return {
    ended: "failed",
    updated: { run, message: "Deploy", startedMs: 0, endedMs: 42_000, rollouts, unjudged: [] },
    failed: [],
    ...parts,
  };
}

describe("the end of a deploy", () => {
  it("is one line where it succeeded", () => {
    assert.equal(renderEnd(plan, doneWith({ ended: "deployed" })), "Deployed prod in 42 s");
  });

  it("says what failed with the container's own words, and what is where", () => {
    const text = renderEnd(plan, doneWith({ failed: [{ name: "portal", problems: [problem] }] }, "timed out"));
    for (const part of ["Failed after 42 s", "Pod/portal-1: it ends at once", "oh no", "0 of 2 pods ready", "2.3.0"])
      assert.ok(text.includes(part), `${part}\n---\n${text}`);
    assert.doesNotMatch(text, /timed out/);
  });

  it("has the engine's words where no application is the reason", () => {
    assert.match(renderEnd(plan, doneWith({}, "no API server")), /no API server/);
    assert.match(renderEnd(plan, doneWith({})), /the engine's last words/);
  });

  it("says loudly of an update that came to its end that its policies did not judge it", () => {
    const { updated } = doneWith({});
    const run = { ...updated.run, ended: "succeeded" as const, said: "" };
    const unjudged = [
      { code: "policy-pack-did-not-run", place: {}, found: "no pack", expected: "lockstep", action: "go" },
    ];
    const text = renderEnd(plan, doneWith({ updated: { ...updated, run, rollouts: [], unjudged } }));
    assert.match(text, /^Failed after 42 s: prod is as its files say, and NOT proven to be judged/);
    assert.match(text, /no pack/);
  });

  it("says how to go on after Ctrl-C", () => {
    const text = renderEnd(plan, doneWith({ ended: "interrupted" }));
    assert.match(text, /^Interrupted.*is not as its files say/);
    assert.match(text, /npm run deploy -- prod/);
  });

  it("leaves it to a rollback to say how its way goes on: its files come first", () => {
    assert.doesNotMatch(renderEnd(plan, doneWith({ ended: "interrupted" }), "rollback"), /npm run deploy/);
  });

  it("says of an update that came to its end while pods are not ready that they are not", () => {
    const { updated } = doneWith({});
    const rollouts = updated.rollouts.map((one) => ({ ...one, problems: [problem] }));
    const whole = { ...updated, rollouts, run: { ...updated.run, ended: "succeeded" as const } };
    const text = renderEnd(plan, doneWith({ updated: whole, failed: [{ name: "portal", problems: [problem] }] }));
    assert.match(text, /is as its files say, and not all of it is ready/);
  });

  it("says of an update that came to its end that the files are deployed, whatever its smoke checks say", () => {
    const { updated } = doneWith({});
    const rollouts = updated.rollouts.map((one) => ({
      ...{ ...one, done: true },
      workloads: one.workloads.map((workload) => ({ ...workload, ready: workload.wanted })),
    }));
    const whole = { ...updated, rollouts, run: { ...updated.run, ended: "succeeded" as const } };
    const failed = [{ name: "portal", problems: [problem] }];
    const [bad, stopped] = [
      renderEnd(plan, doneWith({ updated: whole, failed })),
      renderEnd(plan, doneWith({ updated: whole, ended: "interrupted" })),
    ];
    for (const text of [bad, stopped]) assert.doesNotMatch(text, /is not as its files say|what is missing/);
    assert.match(bad, /^Failed after 42 s: prod is as its files say, and a smoke check failed/);
    assert.match(stopped, /^Interrupted after 42 s: .*smoke checks did not come to their end/);
    assert.match(stopped, /npm run deploy -- prod +# checks what was not checked/);
  });
});

describe("a failed deploy that stays", () => {
  const call = { stage: "prod", options: {}, signal: new AbortController().signal };
  const failed = [{ name: "portal", problems: [problem] }];

  it("says why, and the way forward", () => {
    assert.match(renderStays({ ...call, purpose: "rollback" }, failed), /never rolled back/);
    assert.match(renderStays(call, []), /no application is the reason/);
    assert.match(renderStays(call, failed), /git revert/);
    assert.match(renderStays({ ...call, options: { rollback: false } }, failed), /npm run rollback -- prod/);
  });
});
