import assert from "node:assert/strict";
import { stageOfResources } from "../../src/adapters/engine-state.ts";

describe("stageOfResources", () => {
  const urns = (stack: string, stage: string) => [
    `urn:pulumi:${stack}::lockstep::pulumi:pulumi:Stack::lockstep-${stack}`,
    `urn:pulumi:${stack}::lockstep::pulumi:providers:kubernetes::cluster`,
    `urn:pulumi:${stack}::lockstep::lockstep:index:Stage::${stage}`,
    `urn:pulumi:${stack}::lockstep::lockstep:index:Stage$lockstep:index:Application::portal`,
  ];

  it("says which stage's component a stack has, whatever the stack is called by now", () => {
    assert.equal(stageOfResources(urns("prod", "prod")), "prod");
    assert.equal(stageOfResources(urns("inttest", "prod")), "prod");
  });

  it("says nothing of a stack without one", () => {
    assert.equal(stageOfResources([]), undefined);
    assert.equal(stageOfResources(urns("prod", "prod").filter((urn) => !urn.includes("index:Stage::"))), undefined);
  });
});
