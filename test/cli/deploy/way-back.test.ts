import assert from "node:assert/strict";
import type { DeployCall } from "../../../src/cli/deploy/deploy-stage.ts";
import { deployBack, publishBack, type Redeploy } from "../../../src/cli/deploy/way-back.ts";
import { UNPUBLISHED } from "../../../src/cli/publication.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { accepted, RefusalError } from "../../../src/model/refusal.ts";
import { planDeployment } from "../../../src/delivery/deployment/deployment-plan.ts";

const plan = planDeployment({
  ...{ stage: "prod", changes: [], drift: [], recordDiffers: false },
  ...{ deployed: new Map(), wanted: new Map() },
});
const snapshot = { stage: "prod", places: { project: "/", trust: "/trust" }, inputs: new Map([["src/a.ts", "1"]]) };
const contents = new Map([["Pulumi.prod.yaml", digestOf("pins")]]);
const refusal = { code: "held", place: {}, found: "a hold", expected: "none", action: "resume" };

async function back(signal: AbortSignal, redeploy: Redeploy) {
  const { ended, against } = await deployBack(
    { stage: "prod", options: {}, signal },
    { plan, snapshot },
    { restored: [], contents },
    redeploy,
  );
  return [ended, against.map(({ code }) => code)];
}

describe("the deploy of a way back", () => {
  const { signal } = new AbortController();

  it("ends as that deploy did, and names what was refused", async () => {
    assert.deepEqual(
      await back(signal, ({ stage }) => Promise.resolve({ stage, ended: "deployed", applications: [] })),
      ["deployed", []],
    );
    assert.deepEqual(await back(signal, () => Promise.reject(new RefusalError([refusal]))), ["failed", ["held"]]);
  });

  it("is of what was deployed, with what the way back has written, and of nothing else", async () => {
    let written: DeployCall["written"];
    await back(signal, (call) => {
      ({ written } = call);
      return Promise.resolve({ stage: call.stage, ended: "deployed", applications: [] });
    });
    assert.deepEqual(written, { before: snapshot, files: contents });
  });

  it("is interrupted by Ctrl-C, whatever broke because of it, so that somebody says what is written", async () => {
    for (const error of [new DOMException("", "AbortError"), new RefusalError([refusal])])
      assert.deepEqual(await back(AbortSignal.abort(), () => Promise.reject(error)), ["interrupted", []]);
  });

  it("hides no fault of ours", async () => {
    await assert.rejects(
      back(signal, () => Promise.reject(new TypeError("ours"))),
      TypeError,
    );
  });

  it("is published where nobody interrupted it, and git is asked nothing after that", async () => {
    let asked = 0;
    const publish = () => {
      asked++;
      return Promise.resolve(accepted(UNPUBLISHED));
    };
    assert.deepEqual(await publishBack({ publish }, signal), accepted(UNPUBLISHED));
    assert.deepEqual([await publishBack({ publish }, AbortSignal.abort()), asked], [accepted(undefined), 1]);
  });
});
