import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Stage } from "../../src/components/stage.ts";
import { stageOf, STACK_FILE, withText } from "../model/sample-stage.ts";
import { record, type Registered } from "./recording-mocks.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const QUOTA = "kubernetes:core/v1:ResourceQuota";

async function deploy(text = STACK_FILE): Promise<{ registered: readonly Registered[]; dependencies: number }> {
  const { project, name, namespaces } = stageOf(text);
  let dependencies = 0;
  const registered = await record(() => {
    const provider = new Provider("cluster", { context: "test" });
    const stage = new Stage(name, { project, stage: name, namespaces, gated: true, rootVersion: 3 }, { provider });
    dependencies = stage.namespaceDependency("ehealth-inttest").length;
  });
  return { registered, dependencies };
}

function named(registered: readonly Registered[], type: string): string[] {
  return registered.filter((resource) => resource.type === type).map(({ name }) => name);
}

describe("Stage, with Pulumi's mocks", () => {
  it("makes its namespaces with labels, and quotas where they are set", async () => {
    const { registered, dependencies } = await deploy();
    assert.deepEqual(named(registered, NAMESPACE).toSorted(), ["ehealth-inttest", "platform-inttest"]);
    assert.deepEqual(named(registered, QUOTA), ["ehealth-inttest"]);
    assert.ok(dependencies >= 1);
    const namespace = registered.find(({ type, name }) => type === NAMESPACE && name === "ehealth-inttest");
    assert.deepEqual(namespace?.inputs["metadata"], {
      name: "ehealth-inttest",
      labels: { "lockstep.dev/project": "platform", "lockstep.dev/stage": "inttest", team: "ehealth" },
    });
    const quota = registered.find(({ type }) => type === QUOTA);
    assert.deepEqual(quota?.inputs["spec"], { hard: { pods: "50" } });
  });

  it("makes nothing in a namespace that is somebody else's, and waits for nothing there", async () => {
    const { registered, dependencies } = await deploy(withText("ehealth: { ", "ehealth: { create: false, "));
    assert.deepEqual(named(registered, NAMESPACE), ["platform-inttest"]);
    assert.deepEqual(named(registered, QUOTA), []);
    assert.equal(dependencies, 0);
  });

  it("makes nothing for a stage without pins", async () => {
    const { registered } = await deploy("");
    assert.deepEqual(named(registered, NAMESPACE), []);
  });
});
