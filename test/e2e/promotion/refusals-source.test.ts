import assert from "node:assert/strict";
import { succeeded } from "../outcomes.ts";
import { Platform } from "../platform.ts";

const CALL = ["promote", "inttest", "extest", "--dry-run"];

/** What runs in inttest is broken in each test, and mended: what a promotion may take from it is only what is proven. */
describe("what a promotion asks of the stage that it comes from", function () {
  this.timeout(400_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make();
    await platform.up("inttest");
    await platform.merge();
  });
  after(() => platform.remove());

  async function refuses(...codes: readonly string[]): Promise<void> {
    assert.deepEqual(await platform.refusals("anna", CALL), codes);
  }

  async function passes(): Promise<void> {
    succeeded(await platform.as("anna", CALL));
  }

  it("is given where it runs what its file says, and all is well", () => passes());

  it("refuses a version that was pinned and never deployed", async () => {
    await platform.clone.pinned("portal", "2.3.1");
    await platform.committed(() => refuses("source-not-deployed"));
  });

  it("refuses settings that were edited and never deployed", async () => {
    await platform.clone.settings("portal", { replicas: 3 });
    await platform.committed(() => refuses("source-not-deployed"));
  });

  it("refuses what has not run as long as the gate asks", async () => {
    const gate = "gate: { promoters: [release-managers]";
    const undo = await platform.editTrust("stages.yaml", (text) => text.replace(gate, `${gate}, soak: 1h`));
    await refuses("not-soaked");
    await undo();
    await passes();
  });

  it("asks one of several stages, or all of them, as the target has it", async () => {
    const toProd = ["promote", "inttest", "prod", "--dry-run"];
    const fromOf = (sources: string) => (text: string) => text.replace("from: [preprod]", `from: ${sources}`);
    const undoAny = await platform.editTrust("stages.yaml", fromOf("[preprod, inttest]"));
    succeeded(await platform.as("anna", toProd));
    await undoAny();
    const undoAll = await platform.editTrust("stages.yaml", fromOf("[{ allOf: [inttest, extest] }]"));
    assert.deepEqual(await platform.refusals("anna", toProd), ["not-in-source", "source-never-deployed"]);
    await undoAll();
    assert.deepEqual(await platform.refusals("anna", toProd), ["wrong-source"]);
  });

  it("refuses what is not healthy in the cluster now, whatever the last update says", async () => {
    const { namespace } = platform.clone;
    const portal = ["deployment/portal", "--namespace", namespace];
    await platform.clone.kubectl("create", "quota", "none", "--hard=pods=0", "--namespace", namespace);
    await platform.clone.kubectl("delete", "pods", "--all", "--namespace", namespace);
    await refuses("workload-unhealthy");
    await platform.clone.kubectl("delete", "quota", "none", "--namespace", namespace);
    // The controller waits longer after every pod that was refused: a new one of its own begins at once.
    await platform.clone.kubectl("rollout", "restart", ...portal);
    await platform.clone.kubectl("rollout", "status", ...portal, "--timeout=60s");
    await passes();
  });

  it("refuses an image that somebody put there by hand", async () => {
    const portal = ["deployment/portal", "--namespace", platform.clone.namespace];
    const image = await platform.clone.field("deployment/portal", "{.spec.template.spec.containers[0].image}");
    await platform.clone.kubectl("set", "image", ...portal, "portal=docker.io/library/alpine:3");
    await refuses("workload-other-image", "workload-unhealthy");
    await platform.clone.kubectl("set", "image", ...portal, `portal=${image}`);
    await platform.clone.kubectl("rollout", "status", ...portal, "--timeout=60s");
    await passes();
  });

  it("refuses everything after an update that failed", async () => {
    await platform.clone.pinned("portal", "2.3.2-never-ready");
    await platform.clone.settings("portal", { timeout: "10s" });
    assert.notEqual((await platform.clone.up()).exitCode, 0);
    await platform.committed(() => refuses("source-not-deployed", "source-update-failed"));
    // Nothing whole ran since with the version that is in the file again.
    await refuses("source-never-whole", "source-update-failed", "workload-other-image", "workload-unhealthy");
    await platform.up("inttest");
    await passes();
  });
});
