import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ensureComponent } from "../../../sandbox/component-process.ts";
import { apiServer } from "../../../sandbox/components/api-server.ts";
import { daemonState } from "../../../sandbox/daemon.ts";
import { processFile, sandboxLocation, type SandboxLocation } from "../../../sandbox/location.ts";
import { isPortFree } from "../../../sandbox/ports.ts";
import { resetSandbox } from "../../../sandbox/reset.ts";
import { nameCluster } from "../../../sandbox/stage-trust.ts";
import { upSandbox } from "../../../sandbox/up.ts";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { freePortBase } from "../../sandbox/free-port-base.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded } from "../outcomes.ts";
import { assertSettled, pinnedImage } from "./stack-facts.ts";
import { StartedVerb } from "./started-verb.ts";

const DEPLOY = ["deploy", "inttest", "--yes"];
const PORTAL = "deployment/portal";
const POLL_MS = 20;
const IMAGE = "{.spec.template.spec.containers[0].image}";

/** With a control plane of its own, whose API server can be killed without harm to anybody. */
describe("a deploy whose API server goes away", function () {
  this.timeout(400_000);
  let clone: Clone;
  let folder: string;
  let location: SandboxLocation;
  const started: StartedVerb[] = [];

  before(async () => {
    clone = await Clone.make();
    folder = await mkdtemp(join(tmpdir(), "lockstep-e2e-cluster-"));
    location = sandboxLocation(join(folder, "sandbox"), await freePortBase());
    await upSandbox(location, { tools: clone.sandbox.tools });
    const stages = join(clone.trust, "stages.yaml");
    const uid = await kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");
    await writeFile(stages, nameCluster(await readFile(stages, "utf8"), uid));
    await clone.signTrust();
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await pinned("2.3.0");
    succeeded(await deploy());
  });
  after(async () => {
    for (const verb of started) await verb.killAll();
    await clone.remove();
    await resetSandbox(location);
    await rm(folder, { recursive: true, force: true });
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    return clone.kubectl("--kubeconfig", location.kubeconfig, ...args);
  }

  async function pinned(version: string): Promise<void> {
    await clone.pinned("portal", version);
    await clone.commit();
  }

  async function deploy(): Promise<ProcessResult> {
    return clone.lockstep(DEPLOY, { env: { KUBECONFIG: location.kubeconfig }, timeoutMs: 240_000 });
  }

  /** A deploy that has told the cluster of its version, and waits for the pods. */
  async function underWay(): Promise<StartedVerb> {
    const verb = new StartedVerb(clone, DEPLOY, { KUBECONFIG: location.kubeconfig });
    started.push(verb);
    const condition = `--for=jsonpath=${IMAGE}=${await pinnedImage(clone, "portal")}`;
    await verb.during(kubectl("wait", PORTAL, condition, "--namespace", clone.namespace, "--timeout=170s"));
    return verb;
  }

  async function killApiServer(): Promise<void> {
    const state = daemonState(processFile(location, apiServer.name));
    if (state.kind !== "running") throw new Error(`the API server is ${state.kind}`);
    process.kill(state.pid, "SIGKILL");
    // It may hold its port for a moment longer than it runs.
    while (!(await isPortFree(location.ports.apiServer))) await pause(POLL_MS);
  }

  async function startApiServer(): Promise<void> {
    await ensureComponent(location, apiServer, clone.sandbox.tools);
  }

  async function assertRuns(version: string): Promise<void> {
    const where = ["--namespace", clone.namespace];
    const image = await kubectl("get", PORTAL, ...where, "--output", `jsonpath=${IMAGE}`);
    assert.ok(image.includes(`:${version}@`), image);
    await kubectl("rollout", "status", PORTAL, ...where, "--timeout=60s");
    await assertSettled(clone);
  }

  it("and comes back: it is as if nothing had happened, at the latest after the next one", async () => {
    await pinned("2.3.1");
    const verb = await underWay();
    await killApiServer();
    await startApiServer();
    const { exitCode, text } = await verb.ended;
    // How long the engine's own patience lasts is the provider's matter; but no version is the reason.
    assert.equal(await clone.gitStatus(), "", text);
    if (exitCode !== 0) succeeded(await deploy());
    await assertRuns("2.3.1");
  });

  it("and stays away: it ends and says why, nothing is planned without it, and the next one goes on", async () => {
    // Without an API server the engine waits as long as it would wait for pods.
    await clone.settings("portal", { timeout: "20s" });
    await pinned("2.3.0");
    const verb = await underWay();
    await killApiServer();
    const { exitCode, text } = await verb.ended;
    assert.equal(exitCode, 1, text);
    assert.match(text, /connection refused|cluster-unreachable|did not answer|refused - did you specify/i);
    refused(await deploy(), [`127.0.0.1:${location.ports.apiServer}`], 1);
    await startApiServer();
    // Its controllers and nodes take their time to find it again.
    await clone.settings("portal", { timeout: "3m" });
    await clone.commit();
    succeeded(await deploy());
    await assertRuns("2.3.0");
  });
});
