import assert from "node:assert/strict";
import { copyFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { allProcesses, descendants } from "../../../bench/process-tree.ts";
import { ProcessError, run } from "../../../src/adapters/processes.ts";
import { Clone } from "../clone.ts";
import { textOf } from "../outcomes.ts";

const runSchema = z.object({
  ended: z.enum(["succeeded", "failed", "interrupted", "locked"]),
  changes: z.array(z.object({ urn: z.string(), name: z.string(), operation: z.string(), fields: z.array(z.string()) })),
  events: z.array(z.looseObject({ kind: z.string() })),
  diagnostics: z.array(z.object({ severity: z.string(), message: z.string() })),
  said: z.string(),
});
type Run = z.output<typeof runSchema>;

const refusalsSchema = z.object({
  kind: z.literal("refused"),
  refusals: z.array(z.object({ code: z.string(), found: z.string(), action: z.string() })),
});
const lockSchema = z.object({ owner: z.string(), pid: z.number(), host: z.string(), alive: z.boolean().optional() });
const stateSchema = z.object({ kind: z.literal("accepted"), value: z.object({ pending: z.array(z.unknown()) }) });
const recoverySchema = z.object({
  kind: z.literal("accepted"),
  value: z.object({ settled: z.array(z.object({ urn: z.string(), outcome: z.string() })) }),
});
const historySchema = z.array(
  z.object({ kind: z.string(), message: z.string(), environment: z.record(z.string(), z.string()) }),
);

const PORTAL = "deployment/portal";
const IMAGE = "{.spec.template.spec.containers[0].image}";

describe("the engine, run by the verbs", () => {
  let clone: Clone;
  let stateFile: string;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "patients"]) await clone.settings(name, { enabled: false });
    await clone.commit();
    const home = dirname(clone.folder);
    stateFile = join(home, "pulumi-state", ".pulumi", "stacks", "lockstep", "inttest.json");
  });
  after(() => clone.remove());

  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    question: string,
    { planned = "", signal }: { readonly planned?: string; readonly signal?: AbortSignal } = {},
  ): Promise<z.output<Schema>> {
    const script = join(clone.folder, "test", "e2e", "deploy", "ask-engine.ts");
    // The pack is the preview's to ask: it costs seconds of every run.
    const env = question === "preview" ? clone.env : { ...clone.env, PULUMI_OPTION_POLICY_PACK: "" };
    const options = { cwd: clone.folder, env, timeoutMs: 180_000 };
    const args = [script, question, "inttest", planned];
    const { stdout } = await run(process.execPath, args, signal === undefined ? options : { ...options, signal }).catch(
      (error: unknown) => {
        // What was interrupted says what became of it all the same.
        if (error instanceof ProcessError && error.code === "cancelled") return error;
        throw error;
      },
    );
    return schema.parse(JSON.parse(stdout));
  }

  async function up(): Promise<Run> {
    return ask(runSchema, "up");
  }

  async function untilImage(version: string): Promise<void> {
    const where = ["--namespace", clone.namespace, "--timeout=60s"];
    await clone.kubectl("wait", PORTAL, "--for=create", ...where);
    const pinned = /image: (\S*\/portal:\S+)/.exec(await clone.read())?.[1] ?? "";
    assert.ok(pinned.includes(version), pinned);
    await clone.kubectl("wait", PORTAL, `--for=jsonpath=${IMAGE}=${pinned}`, ...where);
  }

  /** An update that is killed for good while it waits for a version that never becomes ready. */
  async function killed(version: string, kill = killTree): Promise<void> {
    await clone.pinned("portal", version);
    const running = up();
    await untilImage(version);
    const { pid, alive } = await ask(lockSchema, "lock");
    assert.equal(alive, true);
    kill(pid);
    assert.equal((await running).ended, "failed");
  }

  async function uid(): Promise<string> {
    return clone.field(PORTAL, "{.metadata.uid}");
  }

  it("previews with the policy pack, and says what would change", async () => {
    const { ended, changes, events, said } = await ask(runSchema, "preview");
    assert.equal(ended, "succeeded", said);
    const deployment = changes.find(({ urn }) => urn.includes("apps/v1:Deployment::portal"));
    assert.equal(deployment?.operation, "create");
    assert.ok(events.some(({ kind }) => kind === "judged"));
    assert.ok(events.some(({ kind, packs }) => kind === "summary" && JSON.stringify(packs) === '["lockstep"]'));
  });

  it("deploys, and the history says who, why and under which statement", async () => {
    const before = await leftInTemporary();
    const { ended, said } = await up();
    assert.equal(ended, "succeeded", said);
    const { stdout } = await clone.pulumi(["stack", "history", "--stack", "inttest", "--json", "--show-secrets=false"]);
    const newest = historySchema.parse(JSON.parse(stdout))[0];
    assert.equal(newest?.message, "Because of a test");
    assert.equal(newest.environment["exec.agent"], 'lockstep {"verb":"deploy","by":"somebody","statement":"none"}');
    assert.deepEqual(await leftInTemporary(), before);
  });

  it("selects no stack, and writes nothing into the project", async () => {
    const selected = await clone.pulumi(["stack", "--show-name"]);
    assert.notEqual(selected.exitCode, 0, textOf(selected));
    assert.equal(await clone.gitStatus(), "");
  });

  it("names the fields that change, and nothing where nothing does", async () => {
    await clone.settings("portal", { replicas: 3 });
    const { changes } = await ask(runSchema, "preview");
    const deployment = changes.find(({ name }) => name.includes("portal") && name.includes("/portal"));
    assert.ok(
      changes.some(({ fields }) => fields.includes("spec.replicas")),
      JSON.stringify(changes),
    );
    assert.notEqual(deployment?.operation, "create");
    await clone.settings("portal", { replicas: 2 });
    const same = await ask(runSchema, "preview");
    assert.deepEqual(
      same.changes.filter(({ urn }) => urn.includes("Deployment")),
      [],
    );
  });

  it("deploys what was shown, and nothing else", async () => {
    const planned = await ask(z.string(), "planned");
    const same = await ask(runSchema, "up", { planned });
    assert.equal(same.ended, "succeeded", same.said);
    for (const change of [
      () => clone.settings("portal", { env: { LATE: "yes" } }),
      () => clone.edit("src/applications/portal.ts", (text) => `${text}\n// Later.\n`),
    ]) {
      await change();
      const { ended, said } = await ask(runSchema, "up", { planned });
      assert.equal(ended, "failed");
      assert.match(said, /is not what was shown/);
      await checkout();
    }
    assert.equal((await ask(runSchema, "up", { planned })).ended, "succeeded");
  });

  it("ends an interrupted update without leaving the lock", async () => {
    await clone.pinned("portal", "2.3.2-never-ready");
    const controller = new AbortController();
    const running = ask(runSchema, "up", { signal: controller.signal });
    await untilImage("2.3.2-never-ready");
    controller.abort();
    assert.equal((await running).ended, "interrupted");
    assert.equal(await ask(lockSchema.nullable(), "lock"), null);
    await backAgain();
  });

  it("says who holds the lock, and breaks it only where nobody does", async () => {
    await clone.pinned("portal", "2.3.2-pull-fail");
    const controller = new AbortController();
    const running = ask(runSchema, "up", { signal: controller.signal });
    await untilImage("2.3.2-pull-fail");
    assert.equal((await up()).ended, "locked");
    const lock = await ask(lockSchema, "said-lock");
    assert.deepEqual(lock, await ask(lockSchema, "lock"));
    assert.equal(lock.host, hostname());
    assert.equal(lock.alive, true);
    const broken = await ask(refusalsSchema, "break");
    assert.deepEqual(
      broken.refusals.map(({ code }) => code),
      ["update-running"],
    );
    killTree(lock.pid);
    assert.equal((await running).ended, "failed");
    assert.equal((await ask(lockSchema, "lock")).alive, false);
    assert.equal((await ask(z.object({ kind: z.string() }), "break")).kind, "accepted");
    assert.equal(await ask(lockSchema.nullable(), "lock"), null);
    await backAgain();
  });

  it("goes back after an update was killed that had changed an object", async () => {
    const before = await clone.field(PORTAL, IMAGE);
    const same = await uid();
    await killed("2.3.2-crash-loop");
    await ask(z.unknown(), "break");
    await checkout();
    assert.notDeepEqual(await recovered(), []);
    assert.equal((await up()).ended, "succeeded");
    assert.equal(await clone.field(PORTAL, IMAGE), before);
    assert.equal(await uid(), same);
  });

  it("goes on with another version after an update was killed that had made an object", async () => {
    await clone.settings("portal", { enabled: false });
    assert.equal((await up()).ended, "succeeded");
    await clone.settings("portal", { enabled: true });
    await killed("2.3.2-never-ready");
    const made = await uid();
    await ask(z.unknown(), "break");
    const settled = await recovered();
    assert.ok(
      settled.some(({ urn, outcome }) => urn.includes("Deployment::portal") && outcome === "taken-over"),
      JSON.stringify(settled),
    );
    await checkout();
    const { ended, said } = await up();
    assert.equal(ended, "succeeded", said);
    assert.equal(await uid(), made);
    assert.equal((await managers()).length, 1);
    assert.deepEqual((await ask(stateSchema, "state")).value.pending, []);
    assert.deepEqual(await recovered(), []);
  });

  it("ends what a killed engine left, and takes its name from what a plain update has taken over", async () => {
    await clone.settings("portal", { enabled: false });
    assert.equal((await up()).ended, "succeeded");
    await clone.settings("portal", { enabled: true });
    await killed("2.3.2-never-ready", (pid) => process.kill(pid, "SIGKILL"));
    if (process.platform === "linux") {
      const left = await ask(z.array(z.string()), "left");
      assert.deepEqual(left.toSorted(), ["pulumi-language-nodejs", "pulumi-resource-kubernetes"]);
    }
    assert.deepEqual(await ask(z.unknown(), "left"), []);
    await ask(z.unknown(), "break");
    await checkout();
    const forced = { env: { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" } };
    const plain = await clone.up(forced);
    assert.equal(plain.exitCode, 0, textOf(plain));
    assert.equal((await managers()).length, 2);
    assert.notDeepEqual(await recovered(), []);
    assert.equal((await managers()).length, 1);
    await clone.settings("portal", { replicas: 3 });
    const later = await clone.up();
    assert.equal(later.exitCode, 0, textOf(later));
    await checkout();
  });

  it("refuses a state that was cut off, and names what to type", async () => {
    const whole = await readFile(stateFile);
    await truncate(stateFile, Math.floor(whole.byteLength / 2));
    const { refusals } = await ask(refusalsSchema, "state");
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["damaged-state"],
    );
    const copy = /^cp (\S+backups\S+|\S+\.bak) (\S+)$/m.exec(refusals[0]?.action ?? "");
    assert.ok(copy?.[1] !== undefined, refusals[0]?.action);
    assert.equal(copy[2], stateFile);
    await copyFile(copy[1], stateFile);
    assert.deepEqual((await ask(stateSchema, "state")).value.pending, []);
    await writeFile(stateFile, whole);
  });

  async function managers(): Promise<readonly string[]> {
    const text = await clone.kubectl(
      ...["get", PORTAL, "--namespace", clone.namespace, "--show-managed-fields"],
      ...["--output", "jsonpath={.metadata.managedFields[?(@.operation=='Apply')].manager}"],
    );
    return text.split(" ");
  }

  async function recovered(): Promise<z.output<typeof recoverySchema>["value"]["settled"]> {
    return (await ask(recoverySchema, "recover")).value.settled;
  }

  async function backAgain(): Promise<void> {
    const settled = await recovered();
    await checkout();
    const { ended, said } = await up();
    assert.equal(ended, "succeeded", said);
    const image = await clone.field(PORTAL, IMAGE);
    assert.ok(!image.includes("2.3.2"), JSON.stringify({ image, settled, said }));
  }

  async function checkout(): Promise<void> {
    await run("git", ["checkout", "--quiet", "."], { cwd: clone.folder });
  }
});

/** With what it started: that would go on for ever, as somebody else's child. */
function killTree(root: number): void {
  const below = descendants(root, allProcesses()).map(({ pid }) => pid);
  for (const pid of new Set([root, ...below])) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended with its parent.
    }
  }
}

/** What the Automation API's event logs would lie in: they hold plain secrets. */
async function leftInTemporary(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("automation-"));
}
