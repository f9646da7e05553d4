import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessResult } from "../../src/adapters/processes.ts";
import { Clone } from "./clone.ts";
import { deadPort } from "./dead-port.ts";
import { refused, succeeded } from "./outcomes.ts";

const OTHER_UID = "00000000-0000-4000-8000-000000000000";
const UP = ["up", "--stack", "inttest", "--yes", "--skip-preview"];

describe("the cluster of a stage", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
  });
  after(() => clone.remove());

  async function isUntouched(): Promise<void> {
    assert.equal(await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found"), "");
  }

  /** What `pulumi up` says where the clone's trust names another cluster for every stage, signed by its owner. */
  async function upWithOtherCluster(): Promise<ProcessResult> {
    const file = join(clone.trust, "stages.yaml");
    const text = await readFile(file, "utf8");
    const write = async (content: string): Promise<void> => {
      await writeFile(file, content);
      await clone.signTrust();
    };
    await write(text.replaceAll(/uid: .*/g, `uid: ${OTHER_UID}`));
    const result = await clone.pulumi(UP);
    await write(text);
    return result;
  }

  it("is refused where it is not the one that the trust file names, before anything is applied", async () => {
    refused(await upWithOtherCluster(), [OTHER_UID, "lockstep:cluster.context"]);
    await isUntouched();
  });

  it("is refused where its API server does not answer, and soon", async () => {
    const kubeconfig = join(clone.folder, "..", "kubeconfig");
    const text = await readFile(clone.sandbox.location.kubeconfig, "utf8");
    await writeFile(kubeconfig, text.replace(/server: .*/, `server: https://127.0.0.1:${await deadPort()}`));
    const startedAt = performance.now();
    refused(await clone.pulumi(UP, { env: { KUBECONFIG: kubeconfig } }), ["lockstep:cluster.context"]);
    assert.ok(performance.now() - startedAt < 30_000);
    await isUntouched();
  });

  it("is refused where the kubeconfig lacks its context", async () => {
    await clone.change({ path: ["config", "lockstep:cluster", "context"], value: "nowhere" });
    refused(await clone.pulumi(UP), ["lockstep:cluster.context", "nowhere"]);
    await isUntouched();
    await clone.change({ path: ["config", "lockstep:cluster", "context"], value: "lockstep-sandbox" });
  });

  it("keeps a namespace that somebody else made", async () => {
    await clone.kubectl("create", "namespace", clone.namespace);
    refused(await clone.pulumi(UP), [clone.namespace, "create: false"]);
    await clone.kubectl("delete", "namespace", clone.namespace, "--wait");
    await isUntouched();
  });

  it("is checked before a stage is emptied too", async () => {
    succeeded(await clone.pulumi(UP));
    await clone.write("Pulumi.inttest.yaml", (await clone.read()).replace(/^config:[^]*/m, ""));
    refused(await upWithOtherCluster(), ["Pulumi.inttest.yaml"]);
    await clone.untilReady("deployment/portal", 2);
  });
});
