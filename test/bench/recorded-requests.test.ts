import assert from "node:assert/strict";
import { requestsOfState } from "../../bench/recorded-requests.ts";
import { toJudgedResource } from "../../policy/engine/judged-resource.ts";

const URN = "urn:pulumi:inttest::lockstep::";
const PROVIDER = `${URN}pulumi:providers:kubernetes::cluster`;
const STAGE = `${URN}lockstep:index:Stage::inttest`;
const POD = `${URN}lockstep:index:Stage$kubernetes:core/v1:Pod::portal`;
const state = JSON.stringify({
  deployment: {
    resources: [
      { urn: PROVIDER, type: "pulumi:providers:kubernetes", inputs: { context: "test" } },
      { urn: STAGE, type: "lockstep:index:Stage" },
      {
        urn: POD,
        type: "kubernetes:core/v1:Pod",
        inputs: { kind: "Pod", __defaults: [] },
        parent: STAGE,
        protect: true,
        provider: `${PROVIDER}::1234`,
      },
    ],
  },
});

describe("the requests made of an exported state", () => {
  const [provider, stage, pod] = requestsOfState(state).map(toJudgedResource);

  it("ask about every resource, in its order", () => {
    assert.deepEqual([provider?.urn, stage?.urn, pod?.urn], [PROVIDER, STAGE, POD]);
  });

  it("have the inputs without the engine's own, the options and the provider", () => {
    assert.deepEqual({ ...pod?.props }, { kind: "Pod" });
    assert.equal(pod?.opts.parent, STAGE);
    assert.equal(pod.opts.protect, true);
    assert.equal(pod.provider?.urn, PROVIDER);
    assert.deepEqual({ ...pod.provider.props }, { context: "test" });
    assert.equal(stage?.provider, undefined);
  });
});
