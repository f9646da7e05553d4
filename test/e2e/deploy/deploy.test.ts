import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { Clone } from "../clone.ts";
import { assertNoSampleSecret, refused, succeeded, textOf } from "../outcomes.ts";
import { answered, canAsk } from "../terminal.ts";
import { AskedEngine } from "./asked-engine.ts";

/** A deploy is a preview and an update, and everything that is asked meanwhile. */
const PATIENCE_MS = 290_000;
const IMAGE = "{.spec.template.spec.containers[0].image}";
const historySchema = z.array(
  z.object({ message: z.string(), result: z.string(), environment: z.record(z.string(), z.string()) }),
);
const versionsSchema = z.looseObject({ before: z.string().nullable(), after: z.string().nullable() });
const reportSchema = z.looseObject({
  stage: z.string(),
  ended: z.string(),
  update: z.looseObject({ message: z.string() }).nullable(),
  applications: z.array(
    z.looseObject({
      name: z.string(),
      image: versionsSchema,
      changes: z.record(z.string(), z.number()),
      rollout: z
        .looseObject({ workloads: z.array(z.looseObject({ ready: z.number(), wanted: z.number() })) })
        .nullable(),
    }),
  ),
  drift: z.array(z.looseObject({ kind: z.string(), object: z.looseObject({ name: z.string() }) })),
});

describe("npm run deploy", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    await clone.settings("appointments", { enabled: false });
    await clone.settings("patients", { enabled: false });
    await clone.commit();
  });
  after(() => clone.remove());

  async function deploy(...args: readonly string[]): Promise<ProcessResult> {
    return clone.lockstep(["deploy", "inttest", ...args], { timeoutMs: PATIENCE_MS });
  }

  async function report(...args: readonly string[]): Promise<z.output<typeof reportSchema>> {
    const result = await deploy(...args, "--json");
    assertNoSampleSecret(textOf(result));
    return reportSchema.parse(JSON.parse(result.stdout));
  }

  async function updates(): Promise<z.output<typeof historySchema>> {
    const flags = ["--stack", "inttest", "--json", "--show-secrets=false"];
    return historySchema.parse(JSON.parse((await clone.pulumi(["stack", "history", ...flags])).stdout));
  }

  /** On a terminal: the question is answered with yes when the other thing has happened. */
  async function deployMeanwhile(meanwhile: () => Promise<void>): ReturnType<typeof answered> {
    const command = [process.execPath, join(clone.folder, "bin", "lockstep.js"), "deploy", "inttest"];
    return answered(command, { cwd: clone.folder, env: clone.env, timeoutMs: PATIENCE_MS }, meanwhile);
  }

  it("shows a plan of what was never deployed, and with --dry-run leaves it there", async () => {
    const text = succeeded(await deploy("--dry-run"));
    assert.match(text, /portal +comes: 2\.3\.0/);
    assert.match(text, /nothing was changed/);
    assert.deepEqual(await updates(), []);
  });

  it("refuses where there is nobody to ask and no --yes", async () => {
    refused(await deploy(), ["nobody to ask", "--yes"], 2);
    assert.deepEqual(await updates(), []);
  });

  it("deploys, follows the roll-out, and says in the history who and why", async () => {
    const text = succeeded(await deploy("--yes", "--reason", "the first"));
    assert.match(text, /Deployed inttest/);
    assert.match(await clone.field("deployment/portal", IMAGE), /:2\.3\.0@sha256:/);
    const [update] = await updates();
    assert.equal(update?.result, "succeeded");
    assert.equal(update.message, "Deploy portal nothing -> 2.3.0: the first");
    assert.match(update.environment["exec.agent"] ?? "", /"who":".+"/);
  });

  it("has nothing to do where nothing has changed, and does nothing", async () => {
    const before = (await updates()).length;
    assert.match(succeeded(await deploy("--yes")), /Nothing to deploy: inttest/);
    assert.equal((await report()).ended, "nothing");
    assert.equal((await updates()).length, before);
  });

  it("names application, version and objects of a new version, as text and as JSON", async () => {
    await clone.pinned("portal", "2.3.1");
    await clone.commit();
    const text = succeeded(await deploy("--dry-run"));
    assert.match(text, /1 of 1 application changes/);
    assert.match(text, /portal +2\.3\.0 -> 2\.3\.1/);
    assert.doesNotMatch(text, /Deployment\/portal/);
    assert.match(
      succeeded(await deploy("--dry-run", "--full")),
      /~ Deployment\/portal\n(?: +.*\n)* +.*containers\[0\]\.image/,
    );
    const { ended, update, applications } = await report("--dry-run");
    assert.equal(ended, "planned");
    assert.equal(update, null);
    assert.deepEqual(
      applications.map(({ name, changes }) => [name, changes["update"]]),
      [["portal", 1]],
    );
    assert.match(applications[0]?.image.before ?? "", /:2\.3\.0@/);
    assert.match(applications[0]?.image.after ?? "", /:2\.3\.1@/);
  });

  it("reports how it ended as one JSON document", async () => {
    const { ended, update, applications } = await report("--yes");
    assert.equal(ended, "deployed");
    assert.match(update?.message ?? "", /portal 2\.3\.0 -> 2\.3\.1/);
    // A replica of the version before may still be leaving.
    assert.deepEqual(
      applications[0]?.rollout?.workloads.map(({ ready, wanted }) => ready >= wanted),
      [true],
    );
    assert.match(await clone.field("deployment/portal", IMAGE), /:2\.3\.1@sha256:/);
  });

  it("shows what was changed by hand, and overwrites it", async () => {
    await clone.kubectl("scale", "deployment/portal", "--namespace", clone.namespace, "--replicas", "5");
    const planned = await report("--dry-run");
    assert.deepEqual(
      planned.drift.map(({ kind, object }) => [kind, object.name]),
      [["changed", "portal"]],
    );
    assert.match(succeeded(await deploy("--yes")), /spec\.replicas: 5, declared 2/);
    await clone.untilReady("deployment/portal", 2);
    assert.deepEqual((await report("--dry-run")).drift, []);
  });

  it("puts back what was deleted by hand", async () => {
    await clone.kubectl("delete", "service/portal", "--namespace", clone.namespace);
    const planned = await report("--dry-run");
    assert.deepEqual(
      planned.drift.map(({ kind, object }) => [kind, object.name]),
      [["deleted", "portal"]],
    );
    succeeded(await deploy("--yes"));
    assert.notEqual(await clone.field("service/portal", "{.spec.clusterIP}"), "");
  });

  it("writes nothing and leaves nothing running where the stage has no file, or one that cannot be read", async () => {
    refused(await clone.lockstep(["deploy", "inttset", "--dry-run"]), ["inttest"], 2);
    refused(await clone.lockstep(["deploy", "", "--yes"]), ["stage"], 2);
    assert.equal(await clone.gitStatus(), "");
    const whole = await clone.read();
    await clone.write("Pulumi.inttest.yaml", whole.replace(/^ {2}lockstep:pins:$/m, "  lockstep:pinz:"));
    refused(await deploy("--yes"), ["lockstep:pinz"], 2);
    assert.deepEqual(await new AskedEngine(clone).ask(z.array(z.string()), "left"), []);
    await clone.write("Pulumi.inttest.yaml", whole);
  });

  it("stops where a file changes between the plan and the answer", async function () {
    if (!(await canAsk())) this.skip();
    await clone.settings("portal", { replicas: 3 });
    await clone.commit();
    const before = (await updates()).length;
    const { exitCode, text } = await deployMeanwhile(() => clone.settings("portal", { replicas: 4 }));
    assert.equal(exitCode, 1, text);
    assert.match(text, /changed after the plan was made/);
    assert.match(text, /Pulumi\.inttest\.yaml/);
    assert.equal((await updates()).length, before);
    assert.equal(await clone.field("deployment/portal", "{.spec.replicas}"), "2");
    await clone.settings("portal", { replicas: 2 });
    await clone.commit();
  });

  it("stops where somebody else deploys between the plan and the answer", async function () {
    if (!(await canAsk())) this.skip();
    await clone.settings("portal", { replicas: 3 });
    await clone.commit();
    const { exitCode, text } = await deployMeanwhile(async () => {
      succeeded(await clone.up());
    });
    assert.equal(exitCode, 1, text);
    assert.match(text, /updated after the plan was made/);
    await clone.settings("portal", { replicas: 2 });
    await clone.commit();
    succeeded(await deploy("--yes"));
  });

  it("ends with everything that stands against it, before anything changes", async () => {
    const before = (await updates()).length;
    await clone.settings("portal", { env: { LOG_LEVEL: "debug" } });
    refused(await deploy("--yes"), ["Pulumi.inttest.yaml: edited"], 1);
    assert.equal((await updates()).length, before);
    await clone.settings("portal", { env: undefined });
    await clone.commit();
  });

  it("leaves a version that never gets ready as it is where it was told to, and says why and what is where", async () => {
    await clone.settings("portal", { timeout: "10s" });
    await clone.pinned("portal", "2.3.2-never-ready");
    await clone.commit();
    const text = refused(
      await deploy("--yes", "--no-rollback"),
      ["portal", "Readiness probe failed", "What is where"],
      1,
    );
    assert.match(text, /2\.3\.2-never-ready is not there/);
    assert.equal((await updates())[0]?.result, "failed");
  });
});
