import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Clone } from "../clone.ts";
import { textOf } from "../outcomes.ts";
import { AskedEngine, IMAGE, lockSchema, PORTAL, runSchema } from "./asked-engine.ts";
import { killTree } from "./started-verb.ts";

const refusalsSchema = z.object({
  kind: z.literal("refused"),
  refusals: z.array(z.object({ code: z.string(), found: z.string(), action: z.string() })),
});
const stateSchema = z.object({ kind: z.literal("accepted"), value: z.object({ pending: z.array(z.unknown()) }) });
const historySchema = z.array(
  z.object({ kind: z.string(), message: z.string(), environment: z.record(z.string(), z.string()) }),
);

describe("the engine, run by the verbs", () => {
  let clone: Clone;
  let engine: AskedEngine;
  let stateFile: string;
  /** Of these runs alone: other tests run at the same time. */
  let temporary: string;

  before(async () => {
    clone = await Clone.make();
    temporary = join(dirname(clone.folder), "temporary");
    await mkdir(temporary);
    engine = new AskedEngine(clone, { TMPDIR: temporary });
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await clone.commit();
    const home = dirname(clone.folder);
    stateFile = join(home, "pulumi-state", ".pulumi", "stacks", "lockstep", "inttest.json");
  });
  after(() => clone.remove());

  async function uid(): Promise<string> {
    return clone.field(PORTAL, "{.metadata.uid}");
  }

  it("previews with the policy pack, and says what would change", async () => {
    const { ended, changes, events, said } = await engine.ask(runSchema, "preview");
    assert.equal(ended, "succeeded", said);
    const deployment = changes.find(({ urn }) => urn.includes("apps/v1:Deployment::portal"));
    assert.equal(deployment?.operation, "create");
    assert.ok(events.some(({ kind }) => kind === "judged"));
    assert.ok(events.some(({ kind, packs }) => kind === "summary" && JSON.stringify(packs) === '["lockstep"]'));
  });

  it("deploys, and the history says who, why and under which statement", async () => {
    const { ended, said } = await engine.up();
    assert.equal(ended, "succeeded", said);
    const { stdout } = await clone.pulumi(["stack", "history", "--stack", "inttest", "--json", "--show-secrets=false"]);
    const newest = historySchema.parse(JSON.parse(stdout))[0];
    assert.equal(newest?.message, "Because of a test");
    assert.equal(newest.environment["exec.agent"], 'lockstep {"verb":"deploy","by":"somebody","statement":"none"}');
    const left = await readdir(temporary);
    assert.deepEqual(
      left.filter((name) => /^(?:automation|lockstep-preview)-/.test(name)),
      [],
      "what the events say of inputs",
    );
  });

  it("selects no stack, and writes nothing into the project", async () => {
    const selected = await clone.pulumi(["stack", "--show-name"]);
    assert.notEqual(selected.exitCode, 0, textOf(selected));
    assert.equal(await clone.gitStatus(), "");
  });

  it("names the fields that change, and nothing where nothing does", async () => {
    await clone.settings("portal", { replicas: 3 });
    const { changes } = await engine.ask(runSchema, "preview");
    const deployment = changes.find(({ name }) => name.includes("portal") && name.includes("/portal"));
    assert.ok(
      changes.some(({ fields }) => fields.includes("spec.replicas")),
      JSON.stringify(changes),
    );
    assert.notEqual(deployment?.operation, "create");
    await clone.settings("portal", { replicas: 2 });
    const same = await engine.ask(runSchema, "preview");
    assert.deepEqual(
      same.changes.filter(({ urn }) => urn.includes("Deployment")),
      [],
    );
  });

  it("deploys what was shown, and nothing else", async () => {
    const planned = await engine.ask(z.string(), "planned");
    const same = await engine.ask(runSchema, "up", { planned });
    assert.equal(same.ended, "succeeded", same.said);
    for (const change of [
      () => clone.settings("portal", { env: { LATE: "yes" } }),
      () => clone.edit("src/applications/portal.ts", (text) => `${text}\n// Later.\n`),
    ]) {
      await change();
      const { ended, said } = await engine.ask(runSchema, "up", { planned });
      assert.equal(ended, "failed");
      assert.match(said, /is not what was shown/);
      await engine.checkout();
    }
    assert.equal((await engine.ask(runSchema, "up", { planned })).ended, "succeeded");
  });

  it("ends an interrupted update without leaving the lock", async () => {
    assert.equal((await engine.interrupted("2.3.2-never-ready")).ended, "interrupted");
    assert.equal(await engine.ask(lockSchema.nullable(), "lock"), null);
    await engine.backAgain();
  });

  it("says who holds the lock, and breaks it only where nobody does", async () => {
    await clone.pinned("portal", "2.3.2-pull-fail");
    const running = engine.up();
    await engine.untilImage("2.3.2-pull-fail");
    assert.equal((await engine.up()).ended, "locked");
    const lock = await engine.ask(lockSchema, "said-lock");
    assert.deepEqual(lock, await engine.ask(lockSchema, "lock"));
    assert.equal(lock.host, hostname());
    assert.equal(lock.alive, true);
    const broken = await engine.ask(refusalsSchema, "break");
    assert.deepEqual(
      broken.refusals.map(({ code }) => code),
      ["update-running"],
    );
    killTree(lock.pid);
    assert.equal((await running).ended, "failed");
    assert.equal((await engine.ask(lockSchema, "lock")).alive, false);
    assert.equal((await engine.ask(z.object({ kind: z.string() }), "break")).kind, "accepted");
    assert.equal(await engine.ask(lockSchema.nullable(), "lock"), null);
    await engine.backAgain();
  });

  it("goes back after an update was killed that had changed an object", async () => {
    const before = await clone.field(PORTAL, IMAGE);
    const same = await uid();
    await engine.killed("2.3.2-crash-loop", killTree);
    await engine.ask(z.unknown(), "break");
    await engine.checkout();
    assert.notDeepEqual(await engine.recovered(), []);
    assert.equal((await engine.up()).ended, "succeeded");
    assert.equal(await clone.field(PORTAL, IMAGE), before);
    assert.equal(await uid(), same);
  });

  it("goes on with another version after an update was killed that had made an object", async () => {
    await clone.settings("portal", { enabled: false });
    assert.equal((await engine.up()).ended, "succeeded");
    await clone.settings("portal", { enabled: true });
    await engine.killed("2.3.2-never-ready", killTree);
    const made = await uid();
    await engine.ask(z.unknown(), "break");
    const settled = await engine.recovered();
    assert.ok(
      settled.some(({ urn, outcome }) => urn.includes("Deployment::portal") && outcome === "taken-over"),
      JSON.stringify(settled),
    );
    await engine.checkout();
    const { ended, said } = await engine.up();
    assert.equal(ended, "succeeded", said);
    assert.equal(await uid(), made);
    assert.equal((await managers()).length, 1);
    assert.deepEqual((await engine.ask(stateSchema, "state")).value.pending, []);
    assert.deepEqual(await engine.recovered(), []);
  });

  it("ends what a killed engine left, and takes its name from what a plain update has taken over", async () => {
    await clone.settings("portal", { enabled: false });
    assert.equal((await engine.up()).ended, "succeeded");
    await clone.settings("portal", { enabled: true });
    await engine.killed("2.3.2-never-ready", (pid) => process.kill(pid, "SIGKILL"));
    if (process.platform === "linux") {
      const left = await engine.ask(z.array(z.string()), "left");
      assert.deepEqual(left.toSorted(), ["pulumi-language-nodejs", "pulumi-resource-kubernetes"]);
    }
    assert.deepEqual(await engine.ask(z.unknown(), "left"), []);
    await engine.ask(z.unknown(), "break");
    await engine.checkout();
    const forced = { env: { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" } };
    const plain = await clone.up(forced);
    assert.equal(plain.exitCode, 0, textOf(plain));
    assert.equal((await managers()).length, 2);
    assert.notDeepEqual(await engine.recovered(), []);
    assert.equal((await managers()).length, 1);
    await clone.settings("portal", { replicas: 3 });
    const later = await clone.up();
    assert.equal(later.exitCode, 0, textOf(later));
    await engine.checkout();
  });

  it("refuses a state that was cut off, and names what to type", async () => {
    const whole = await readFile(stateFile);
    await truncate(stateFile, Math.floor(whole.byteLength / 2));
    const { refusals } = await engine.ask(refusalsSchema, "state");
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["damaged-state"],
    );
    const copy = /^cp (\S+backups\S+|\S+\.bak) (\S+)$/m.exec(refusals[0]?.action ?? "");
    assert.ok(copy?.[1] !== undefined, refusals[0]?.action);
    assert.equal(copy[2], stateFile);
    await copyFile(copy[1], stateFile);
    assert.deepEqual((await engine.ask(stateSchema, "state")).value.pending, []);
    await writeFile(stateFile, whole);
  });

  async function managers(): Promise<readonly string[]> {
    const text = await clone.kubectl(
      ...["get", PORTAL, "--namespace", clone.namespace, "--show-managed-fields"],
      ...["--output", "jsonpath={.metadata.managedFields[?(@.operation=='Apply')].manager}"],
    );
    return text.split(" ");
  }
});
