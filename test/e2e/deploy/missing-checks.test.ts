import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { standInForPods, type StandInForPods } from "../../adapters/rollout/stand-in-for-pods.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { assertRuns, untilDeclared, updatesWritten } from "./stack-facts.ts";
import { StartedVerb } from "./started-verb.ts";

const DEPLOY = ["deploy", "inttest", "--yes"];
const WHERE = "Pulumi.inttest.yaml";

/** Each test begins where the one before has ended. */
describe("a deploy with nothing to deploy", function () {
  this.timeout(300_000);
  let clone: Clone;
  /** Stands in for pods, which run no containers here; 2.3.1 is broken. */
  let pods: StandInForPods;
  let answers = true;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    const smoke = 'smoke: [{ http: { path: "/", within: "2s" } }],\n  probes:';
    await clone.edit("src/applications/portal.ts", (text) => text.replace("probes:", smoke));
    const file = join(clone.folder, WHERE);
    pods = await standInForPods((response) => {
      if (!answers) return;
      response.writeHead(readFileSync(file, "utf8").includes("/portal:2.3.1@") ? 500 : 200).end();
    });
    await clone.settings("portal", { smokeUrl: pods.url });
    await pinned("2.3.0");
  });
  after(async () => {
    await clone.remove();
    await pods[Symbol.asyncDispose]();
  });

  async function pinned(version: string): Promise<void> {
    await clone.pinned("portal", version);
    await clone.commit();
  }
  const deploy = (...flags: readonly string[]): Promise<ProcessResult> =>
    clone.lockstep([...DEPLOY, ...flags], { timeoutMs: 240_000 });

  /** How often the smoke check asked meanwhile. */
  async function asked(work: () => Promise<unknown>): Promise<number> {
    const before = pods.asked.length;
    await work();
    return pods.asked.length - before;
  }

  it("checks once what plain pulumi up has brought, says so, and updates nothing", async () => {
    succeeded(await clone.up());
    const updates = await updatesWritten(clone);
    const dry = await asked(async () => {
      assert.match(succeeded(await deploy("--dry-run")), /Not checked yet.*portal/);
    });
    assert.equal(dry, 0);
    const first = await asked(async () => {
      assert.match(succeeded(await deploy()), /Nothing to deploy: inttest[\s\S]*checked now: portal/);
    });
    assert.equal(first, 1);
    const again = await asked(async () => {
      assert.doesNotMatch(succeeded(await deploy()), /checked/);
    });
    assert.equal(again, 0);
    assert.equal(await updatesWritten(clone), updates);
  });

  it("remembers it in the cluster, where neither drift nor plain pulumi up takes offence", async () => {
    assert.match(await clone.field("configmap/lockstep-checks", "{.data}"), /lockstep\.inttest\.portal/);
    succeeded(await clone.lockstep(["drift", "inttest"]));
    assert.match(textOf(await clone.up()), /unchanged/);
  });

  it("makes up for checks that Ctrl-C has ended", async () => {
    answers = false;
    await pinned("2.2.0");
    const verb = new StartedVerb(clone, DEPLOY);
    await verb.during(untilDeclared(clone, "portal"));
    const begun = pods.asked.length;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const looking = setInterval(() => {
      if (pods.asked.length > begun) resolve(undefined);
    }, 50);
    await verb.during(promise).finally(() => {
      clearInterval(looking);
    });
    verb.interrupt();
    const { exitCode, text } = await verb.ended;
    assert.equal(exitCode, 130, text);
    assert.match(text, /checks what was not checked/);
    answers = true;
    assert.match(succeeded(await deploy()), /checked now: portal/);
  });

  it("takes back and holds a version that was left with a failing check", async () => {
    await pinned("2.3.1");
    refused(await deploy("--no-rollback"), ["smoke check failed", "--no-rollback"], 1);
    await assertRuns(clone, "portal", "2.3.1");
    refused(await deploy("--no-rollback"), ["Nothing to deploy", "was never seen to be well", "Left as it is"], 1);
    await assertRuns(clone, "portal", "2.3.1");
    refused(await deploy(), ["Nothing to deploy", "was never seen to be well", "Taking back portal"], 1);
    await assertRuns(clone, "portal", "2.2.0");
    assert.match(await clone.field("configmap/lockstep-holds", "{.data}"), /:2\.3\.1@/);
    await clone.commit();
    assert.doesNotMatch(succeeded(await deploy()), /checked/);
  });

  it("says of what was ready once that it is not, and takes nothing back", async () => {
    const where = ["--namespace", clone.namespace];
    const updates = await updatesWritten(clone);
    await clone.kubectl("create", "quota", "no-pods", "--hard=pods=0", ...where);
    await clone.kubectl("wait", "resourcequota/no-pods", ...where, "--for=jsonpath={.status.hard.pods}=0");
    await clone.kubectl("delete", "pods", "--selector", "app.kubernetes.io/name=portal", ...where);
    refused(await deploy(), ["Nothing to deploy", "nothing is taken back", "no-pods"], 1);
    assert.equal(await updatesWritten(clone), updates);
    await clone.kubectl("delete", "quota", "no-pods", ...where);
    await clone.untilReady("deployment/portal", 2);
    assert.doesNotMatch(succeeded(await deploy()), /not now|checked/);
  });
});
