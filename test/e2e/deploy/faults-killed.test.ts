import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { z } from "zod";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { assertOneManager, assertRuns, assertSettled, history, untilDeclared, updatesWritten } from "./stack-facts.ts";
import { StartedVerb } from "./started-verb.ts";

const DEPLOY = ["deploy", "inttest", "--yes"];
/** The engine waits for its pods for as long as it may: killed meanwhile, it is killed in the middle. */
const WAITING = "2.3.2-never-ready";
const PORTAL = "deployment/portal";

const refusalsSchema = z.object({ refusals: z.array(z.looseObject({ code: z.string() })) });

/** Each test begins where the one before has ended: with a stage that is as its file says. */
describe("a deploy that is killed for good", function () {
  this.timeout(300_000);
  let clone: Clone;
  const killed: StartedVerb[] = [];

  before(async function () {
    // Nothing else says which processes a verb has started.
    if (process.platform !== "linux") this.skip();
    clone = await Clone.make();
    await clone.settings("patients", { enabled: false });
    await clone.commit();
  });
  afterEach(async () => {
    for (const verb of killed.splice(0)) await verb.killAll();
  });
  after(async () => {
    await clone.remove();
  });

  function started(args: readonly string[] = DEPLOY, env?: Readonly<Record<string, string>>): StartedVerb {
    const verb = new StartedVerb(clone, args, env);
    killed.push(verb);
    return verb;
  }

  async function pinned(version: string): Promise<void> {
    await clone.pinned("portal", version);
    await clone.commit();
  }

  async function deploy(...flags: readonly string[]): Promise<ProcessResult> {
    return clone.lockstep([...DEPLOY, ...flags]);
  }

  async function revision(): Promise<string> {
    return clone.field(PORTAL, "{.metadata.annotations.deployment\\.kubernetes\\.io/revision}");
  }

  async function assertWhole(version: string): Promise<void> {
    await assertRuns(clone, "portal", version);
    await assertSettled(clone);
    await assertOneManager(clone);
  }

  it("in its first update: what it made is taken over, also with another version", async () => {
    await pinned(WAITING);
    const verb = started();
    await verb.during(untilDeclared(clone, "portal"));
    const uid = await clone.field(PORTAL, "{.metadata.uid}");
    await verb.killAll();
    assert.equal((await verb.ended).exitCode, undefined);
    const text = refused(await deploy(), ["which has ended: it was killed", "--break-lock"], 1);
    assert.match(text, /process \d+/);

    await pinned("2.3.1");
    assert.match(succeeded(await deploy("--break-lock")), /settled what a killed run had left/);
    assert.equal(await clone.field(PORTAL, "{.metadata.uid}"), uid);
    await assertWhole("2.3.1");
    const jobs = await clone.objects("jobs");
    assert.equal(jobs.size, 1, [...jobs.keys()].join(", "));
    // The killed update itself is in no history: the next one says that there was one.
    const [newest, next, ...others] = await history(clone);
    assert.match(newest ?? "", /^update succeeded /);
    assert.match(next ?? "", /^refresh succeeded .*killed run/);
    assert.deepEqual(others, []);
  });

  it("in the middle of an update, and then the version before: that one runs", async () => {
    await pinned(WAITING);
    const verb = started();
    await verb.during(untilDeclared(clone, "portal"));
    await verb.killAll();
    await pinned("2.3.1");
    assert.match(succeeded(await deploy("--break-lock")), /settled what a killed run had left/);
    await assertWhole("2.3.1");
  });

  it("in the middle of an update, and then the same again: it is deployed once", async () => {
    const before = await revision();
    await pinned("2.3.0");
    const verb = started();
    await verb.during(untilDeclared(clone, "portal"));
    await verb.killAll();
    // Its pods may have been ready before it was killed.
    succeeded(await deploy("--break-lock"));
    await assertWhole("2.3.0");
    assert.equal(Number(await revision()), Number(before) + 1);
  });

  it("before its update: the next one needs nothing, and nothing has happened", async () => {
    const updates = await updatesWritten(clone);
    const before = await revision();
    await pinned("2.3.1");
    const verb = started();
    await verb.untilStarted("pulumi", "preview");
    await verb.killAll();
    assert.equal(await updatesWritten(clone), updates);
    assert.equal(await revision(), before);
    assert.doesNotMatch(succeeded(await deploy()), /killed/);
    await assertWhole("2.3.1");
  });

  it("alone, while the engine goes on: nobody gets in between, and it converges", async () => {
    await pinned(WAITING);
    const verb = started();
    await verb.during(untilDeclared(clone, "portal"));
    verb.kill();
    await verb.ended;
    await pinned("2.3.1");
    const next = await deploy("--break-lock", "--json");
    // The engine ends where it finds nobody to write to, now or at its next line: until then the lock is its own.
    if (next.exitCode !== 0) {
      const { refusals } = refusalsSchema.parse(JSON.parse(next.stdout));
      assert.deepEqual(
        refusals.map(({ code }) => code),
        ["update-running"],
        textOf(next),
      );
      await verb.killAll();
      succeeded(await deploy("--break-lock"));
    }
    await assertWhole("2.3.1");
  });

  describe("after its update", () => {
    let silent: Server;
    let answers = false;

    before(async () => {
      // Stands in for pods, which run no containers here: takes the question, and answers none before it is told to.
      silent = createServer((_request, response) => {
        if (answers) response.end();
      }).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const address = silent.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const smoke = 'smoke: [{ http: { path: "/", within: "2m" } }],\n  probes:';
      await clone.edit("src/applications/portal.ts", (text) => text.replace("probes:", smoke));
      await clone.settings("portal", { smokeUrl: `http://127.0.0.1:${port ?? 0}` });
      await clone.commit();
    });
    after(async () => {
      silent.closeAllConnections();
      silent.close();
      await clone.edit("src/applications/portal.ts", (text) => text.replace(/smoke: .*\n {2}probes:/, "probes:"));
      await clone.settings("portal", { smokeUrl: undefined });
      await clone.commit();
    });

    it("it has been deployed, and the next one only makes up for its smoke checks", async () => {
      const before = await revision();
      await pinned("2.3.0");
      const asked = once(silent, "request");
      const verb = started();
      await verb.during(asked);
      await verb.killAll();
      assert.match((await history(clone))[0] ?? "", /^update succeeded /);
      const updates = await updatesWritten(clone);
      answers = true;
      assert.match(succeeded(await deploy()), /Nothing to deploy[\s\S]*checked now: .*portal/);
      assert.doesNotMatch(succeeded(await deploy()), /checked now/);
      assert.equal(await updatesWritten(clone), updates);
      await assertWhole("2.3.0");
      assert.equal(Number(await revision()), Number(before) + 1);
    });
  });

  describe("in a rollback", () => {
    it("has written its files first, and a deploy goes on with them", async () => {
      const rollback = ["rollback", "inttest", "portal", "--reason", "logins fail", "--yes"];
      const before = await clone.read();
      const verb = started(rollback);
      // Its pins are in the file before anything else changes.
      await verb.untilStarted("pulumi", "up");
      assert.notEqual(await clone.read(), before);
      await verb.during(untilDeclared(clone, "portal"));
      await verb.killAll();
      await clone.commit();
      succeeded(await deploy("--break-lock"));
      await assertWhole("2.3.1");
    });
  });
});
