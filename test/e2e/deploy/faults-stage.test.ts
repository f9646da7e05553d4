import assert from "node:assert/strict";
import { stat, truncate } from "node:fs/promises";
import { z } from "zod";
import { run, type ProcessResult } from "../../../src/adapters/processes.ts";
import { Clone } from "../clone.ts";
import { deadPort } from "../dead-port.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import {
  assertOneManager,
  assertRuns,
  assertSettled,
  stateFile,
  untilDeclared,
  updatesWritten,
} from "./stack-facts.ts";
import { StartedVerb } from "./started-verb.ts";

const DEPLOY = ["deploy", "inttest", "--yes"];
const PORTAL = "deployment/portal";
const SHORT = "20s";

const refusalsSchema = z.object({ refusals: z.array(z.looseObject({ code: z.string(), action: z.string() })) });

/** Each test ends with a stage that is as its file says. */
describe("a deploy of a stage to which something happened", function () {
  this.timeout(400_000);
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await clone.settings("portal", { timeout: SHORT });
    await pinned("2.3.0");
    succeeded(await deploy());
  });
  after(() => clone.remove());

  async function pinned(version: string): Promise<void> {
    await clone.pinned("portal", version);
    await clone.commit();
  }

  async function deploy(...flags: readonly string[]): Promise<ProcessResult> {
    return clone.lockstep([...DEPLOY, ...flags], { timeoutMs: 240_000 });
  }

  async function refusedCodes(): Promise<readonly string[]> {
    const result = await deploy("--json");
    assert.equal(result.exitCode, 1, textOf(result));
    return refusalsSchema.parse(JSON.parse(result.stdout)).refusals.map(({ code }) => code);
  }

  it("brings back a Deployment that was deleted behind its back, and says so first", async () => {
    await clone.kubectl("delete", PORTAL, "--namespace", clone.namespace);
    assert.match(succeeded(await deploy("--dry-run")), /deleted[\s\S]*portal/i);
    succeeded(await deploy());
    await assertRuns(clone, "portal", "2.3.0");
    await assertOneManager(clone);
  });

  it("lets nobody in while another deploys, and says who does", async () => {
    await pinned("2.3.2-never-ready");
    const first = new StartedVerb(clone, [...DEPLOY, "--no-rollback"]);
    await first.during(untilDeclared(clone, "portal"));
    const updates = await updatesWritten(clone);
    assert.deepEqual(await first.during(refusedCodes()), ["update-running"]);
    assert.equal(await updatesWritten(clone), updates);
    const { exitCode, text } = await first.ended;
    assert.equal(exitCode, 1, text);
    await pinned("2.3.0");
    succeeded(await deploy());
    await assertRuns(clone, "portal", "2.3.0");
  });

  it("waits for a version that never gets ready, interrupted once, as long as its roll-out may take, then goes back", async () => {
    await pinned("2.3.2-never-ready");
    const first = new StartedVerb(clone, DEPLOY);
    await first.during(untilDeclared(clone, "portal"));
    first.interrupt();
    const { exitCode, text } = await first.ended;
    assert.equal(exitCode, 130, text);
    const beganMs = Date.now();
    refused(await deploy(), ["Readiness probe failed", "Taking back portal"], 1);
    assert.ok(Date.now() - beganMs > Number.parseInt(SHORT, 10) * 1000, "it did not wait");
    await assertRuns(clone, "portal", "2.3.0");
    await assertSettled(clone);
    await clone.change({ path: ["config", "lockstep:holds"], value: undefined });
    await clone.commit();
    succeeded(await deploy());
  });

  it("changes nothing where the registry of a version does not answer", async () => {
    const before = await clone.read();
    const updates = await updatesWritten(clone);
    const port = await deadPort();
    await clone.pinned("portal", "2.3.1");
    await clone.edit("Pulumi.inttest.yaml", (text) =>
      text.replace(/127\.0\.0\.1:\d+(?=\/ehealth\/portal:)/, `127.0.0.1:${port}`),
    );
    await clone.commit();
    refused(await deploy(), [`127.0.0.1:${port}`], 1);
    assert.equal(await updatesWritten(clone), updates);
    await clone.write("Pulumi.inttest.yaml", before);
    await clone.commit();
    await assertRuns(clone, "portal", "2.3.0");
  });

  for (const [what, size] of [
    ["cut in two", 0.5],
    ["empty", 0],
  ] as const) {
    it(`changes nothing where the stack's state is ${what}, and what it says to type brings it back`, async () => {
      const file = stateFile(clone);
      await truncate(file, Math.floor((await stat(file)).size * size));
      const result = await deploy("--json");
      assert.equal(result.exitCode, 1, textOf(result));
      const [refusal] = refusalsSchema.parse(JSON.parse(result.stdout)).refusals;
      assert.equal(refusal?.code, "damaged-state");
      const lines = refusal.action.split("\n").filter((line) => line.startsWith("cp "));
      assert.equal(lines.length, 2, refusal.action);
      for (const line of lines) await run("sh", ["-c", line], { cwd: clone.folder });
      await pinned(size === 0 ? "2.3.0" : "2.3.1");
      succeeded(await deploy());
      await assertRuns(clone, "portal", size === 0 ? "2.3.0" : "2.3.1");
      await assertSettled(clone);
      await assertOneManager(clone);
    });
  }

  it("says that a namespace is being deleted, and deploys into it again when it is gone", async () => {
    const where = ["--namespace", clone.namespace];
    const finalizers = (names: readonly string[]): Promise<string> => {
      const patch = JSON.stringify({ metadata: { finalizers: names } });
      return clone.kubectl("patch", "configmap", "kept", ...where, "--type=merge", "--patch", patch);
    };
    await clone.kubectl("create", "configmap", "kept", ...where);
    await finalizers(["lockstep.dev/kept-by-a-test"]);
    await clone.kubectl("delete", "namespace", clone.namespace, "--wait=false");
    const updates = await updatesWritten(clone);
    try {
      assert.deepEqual(await refusedCodes(), ["namespace-leaving"]);
      assert.equal(await updatesWritten(clone), updates);
    } finally {
      await finalizers([]);
    }
    await clone.kubectl("wait", "--for=delete", `namespace/${clone.namespace}`, "--timeout=120s");
    succeeded(await deploy());
    await assertRuns(clone, "portal", "2.3.0");
    await assertSettled(clone);
  });
});
