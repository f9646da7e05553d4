import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Clone } from "../clone.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { Platform } from "../platform.ts";

const listSchema = z.object({
  newestBefore: z.number().nullable(),
  candidates: z.array(
    z.object({
      ...{ update: z.number(), began: z.string(), result: z.string(), goesBack: z.boolean() },
      unfit: z.string().nullable(),
      differing: z.array(z.object({ name: z.string(), image: z.string() })),
      against: z.array(z.object({ code: z.string() })),
    }),
  ),
});

const planSchema = z.object({
  to: z.object({ update: z.number() }),
  ...{ changed: z.boolean(), written: z.boolean() },
  applications: z.array(
    z.object({
      name: z.string(),
      image: z.object({ before: z.string().nullable(), after: z.string() }),
      settingsChangedSince: z.array(z.object({ path: z.string(), then: z.unknown(), now: z.unknown() })),
    }),
  ),
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  deploy: z.looseObject({ ended: z.string() }).nullable(),
});

describe("rollback, in a stage without a gate", () => {
  let clone: Clone;
  const rollback = (...args: readonly string[]) => clone.lockstep(["rollback", "inttest", ...args]);
  const image = () => clone.field("deployment/portal", "{.spec.template.spec.containers[0].image}");
  const runs = async (version: string) => {
    const found = await image();
    assert.ok(found.includes(`portal:${version}@`), `runs ${found}, not ${version}`);
  };
  const list = async () => listSchema.parse(JSON.parse((await rollback("portal", "--list", "--json")).stdout));
  const codes = async (...args: readonly string[]) => {
    const result = await rollback(...args, "--json");
    assert.notEqual(result.exitCode, 0, textOf(result));
    const { refusals } = z
      .object({ refusals: z.array(z.object({ code: z.string() })) })
      .parse(JSON.parse(result.stdout));
    return [...new Set(refusals.map(({ code }) => code))].toSorted();
  };

  /** Updates 1 to 3: portal 2.2.0, 2.3.0 and 2.3.1. */
  before(async function () {
    this.timeout(600_000);
    clone = await Clone.make();
    for (const name of ["appointments", "patients", "status-page"]) await clone.settings(name, { enabled: false });
    for (const version of ["2.2.0", "2.3.0", "2.3.1"]) {
      await clone.pinned("portal", version);
      await clone.commit();
      succeeded(await clone.up());
    }
  });
  after(() => clone.remove());

  it("lists what there is to go back to, the newest first, and changes nothing", async () => {
    const { candidates, newestBefore } = await list();
    assert.deepEqual(
      candidates.map(({ update, unfit, goesBack }) => [update, unfit, goesBack]),
      [
        [3, "same", false],
        [2, null, true],
        [1, null, true],
      ],
    );
    assert.equal(newestBefore, 2);
    assert.ok(candidates[1]?.differing[0]?.image.includes("portal:2.3.0@"));
    const text = succeeded(await rollback("--list"));
    for (const part of ["portal 2.3.0", "portal 2.2.0", "-> 2"]) assert.ok(text.includes(part), text);
    assert.equal(await clone.gitStatus(), "");
  });

  it("plans without writing, and asks where nobody is there to say yes", async () => {
    const plan = planSchema.parse(JSON.parse((await rollback("--dry-run", "--json")).stdout));
    assert.deepEqual([plan.to.update, plan.written, plan.deploy], [2, false, null]);
    refused(await rollback(), ["Roll back 1 application of inttest to update 2", "--yes"], 2);
    assert.equal(await clone.gitStatus(), "");
    await runs("2.3.1");
  });

  it("refuses what nobody can go back to", async () => {
    assert.deepEqual(await codes("portl"), ["unknown-application"]);
    assert.deepEqual(await codes("--to", "yesterday"), ["invalid-update"]);
    assert.deepEqual(await codes("--to", "99"), ["unknown-update"]);
    assert.deepEqual(await codes("--to-revision", "main"), ["invalid-revision"]);
    assert.deepEqual(await codes("--to-revision", "0123456789"), ["unknown-revision"]);
    assert.deepEqual(await codes("--to", "2", "--to-revision", "0123456789"), ["two-aims"]);
    assert.deepEqual(await codes("patients", "--to", "2"), ["application-disabled"]);
    refused(await clone.lockstep(["rollback", "intest"]), ["inttest"], 2);
    assert.equal(await clone.gitStatus(), "");
  });

  it("writes without deploying, where it is told so, and names what changed since", async () => {
    await clone.settings("portal", { env: { LOG_LEVEL: "warn" } });
    await clone.commit();
    const { stdout } = await rollback("portal", "--to", "1", "--no-deploy", "--yes", "--json");
    const plan = planSchema.parse(JSON.parse(stdout));
    assert.deepEqual([plan.to.update, plan.written, plan.deploy], [1, true, null]);
    assert.deepEqual(plan.applications[0]?.settingsChangedSince, [{ path: "env.LOG_LEVEL", then: null, now: "warn" }]);
    assert.match(await clone.read(), /ehealth\/portal:2\.2\.0@/);
    await runs("2.3.1");
    await clone.pinned("portal", "2.3.1");
    await clone.settings("portal", { env: undefined });
    await clone.commit();
  });

  it("writes nothing while somebody else is at work on the stack", async () => {
    const backend = fileURLToPath(clone.env["PULUMI_BACKEND_URL"] ?? "");
    const lock = join(backend, ".pulumi/locks/organization/lockstep/inttest/of-the-test.json");
    await mkdir(dirname(lock), { recursive: true });
    const facts = { pid: process.pid, username: "anna", hostname: hostname(), timestamp: new Date().toISOString() };
    await writeFile(lock, JSON.stringify(facts));
    try {
      assert.deepEqual(await codes("--yes"), ["update-running"]);
    } finally {
      await rm(lock);
    }
    assert.equal(await clone.gitStatus(), "");
    await runs("2.3.1");
  });

  it("deploys nothing where something else was saved while it wrote, and says so", async () => {
    const hook = join(clone.folder, ".git", "hooks", "post-commit");
    await mkdir(dirname(hook), { recursive: true });
    await writeFile(hook, "#!/bin/sh\necho 'export {};' > src/stray.ts\n", { mode: 0o755 });
    try {
      assert.deepEqual(await codes("--yes", "--commit", "--base", "HEAD"), ["not-as-written"]);
      await runs("2.3.1");
      assert.match(await clone.read(), /ehealth\/portal:2\.3\.0@/);
    } finally {
      await rm(hook);
      await rm(join(clone.folder, "src", "stray.ts"));
    }
    await clone.pinned("portal", "2.3.1");
    await clone.commit();
  });

  it("goes to the newest version before those of now, deploys it, and goes on back the next time", async () => {
    const result = await rollback("--yes", "--json");
    succeeded(result);
    const plan = planSchema.parse(JSON.parse(result.stdout));
    assert.deepEqual([plan.to.update, plan.written, plan.deploy?.ended], [2, true, "deployed"]);
    await runs("2.3.0");
    const { newestBefore } = await list();
    assert.equal(newestBefore, 1);
  });

  it("goes to an update by the time at which it began, and to a commit that was deployed", async () => {
    await clone.commit();
    const { candidates } = await list();
    const third = candidates.find(({ update }) => update === 3);
    const byTime = planSchema.parse(
      JSON.parse((await rollback("--to", third?.began ?? "", "--dry-run", "--json")).stdout),
    );
    assert.equal(byTime.to.update, 3);
    const documents = z.array(z.object({ environment: z.record(z.string(), z.string()) }));
    const history = await clone.pulumi(["stack", "history", "--stack", "inttest", "--json"]);
    const first = documents.parse(JSON.parse(history.stdout)).at(-1)?.environment["git.head"] ?? "";
    const byCommit = planSchema.parse(
      JSON.parse((await rollback("--to-revision", first.slice(0, 10), "--dry-run", "--json")).stdout),
    );
    assert.equal(byCommit.to.update, 1);
  });

  it("deploys what a killed run had written, and writes nothing then", async () => {
    await clone.pinned("portal", "2.2.0");
    const result = await rollback("--to", "1", "--yes", "--json");
    succeeded(result);
    const plan = planSchema.parse(JSON.parse(result.stdout));
    assert.deepEqual([plan.written, plan.changed, plan.deploy?.ended], [false, false, "deployed"]);
    await runs("2.2.0");
  });

  it("refuses a version that is on hold, and passes it over", async () => {
    await clone.commit();
    await clone.pinned("portal", "2.3.1");
    succeeded(await clone.up());
    const [digest = ""] = /sha256:[0-9a-f]{64}/.exec(JSON.stringify((await list()).candidates.at(-1)?.differing)) ?? [];
    await clone.change({
      path: ["config", "lockstep:holds", "portal"],
      value: { reason: "loses logins", by: "ben@example.com", image: digest },
    });
    assert.deepEqual(await codes("--to", "1", "--dry-run"), ["held"]);
    const { candidates } = await list();
    assert.equal(candidates.at(-1)?.goesBack, false);
  });
});

const statedSchema = planSchema.extend({
  statements: z.array(z.object({ folder: z.string(), restores: z.string(), approvalsFor: z.array(z.string()) })),
});

describe("rollback, in a gated stage", () => {
  let platform: Platform;
  const bring = async (version: string) => {
    await platform.clone.pinned("portal", version);
    await platform.merge();
    await platform.up("inttest");
    await platform.brought("inttest", "extest");
    await platform.brought("extest", "preprod", ["ben"]);
  };
  const runs = async (version: string) => {
    const { image } = await platform.running("preprod", "portal");
    assert.ok(image.includes(`portal:${version}@`), image);
  };

  before(async function () {
    this.timeout(900_000);
    platform = await Platform.make();
    await bring("2.3.0");
    await bring("2.3.1");
  });
  after(() => platform.remove());

  it("is refused to who may not, and needs an anchor", async () => {
    assert.deepEqual(await platform.refusals("owner", ["rollback", "preprod", "--yes"]), ["unknown-signer"]);
    assert.deepEqual(await platform.refusals("carla", ["rollback", "preprod", "--yes"]), ["not-a-promoter"]);
    const env = { LOCKSTEP_TRUST_ANCHOR: "" };
    assert.ok((await platform.refusals("deployer", ["rollback", "preprod", "--yes"], { env })).includes("no-anchor"));
    assert.equal(await platform.clone.gitStatus(), "");
  });

  it("needs approvals where settings changed since, and deploys nothing before they are there", async () => {
    await platform.set("preprod", [["lockstep:settings", "portal", "env", "LOG_LEVEL"], "warn"]);
    await platform.committed(async () => {
      const result = await platform.as("anna", ["rollback", "preprod", "--yes", "--json"]);
      assert.equal(result.exitCode, 1, textOf(result));
      const { written, deploy, statements } = statedSchema.parse(JSON.parse(result.stdout));
      assert.deepEqual([written, deploy, statements.length], [true, null, 1]);
      assert.notDeepEqual(statements[0]?.approvalsFor, []);
      await platform.git("clean", "--quiet", "--force", "-d", "statements");
      await platform.git("checkout", "--quiet", "--", ".");
    });
    await runs("2.3.1");
  });

  it("needs no approval for what was approved before, and who deploys may sign it", async () => {
    const words = ["rollback", "preprod", "--reason", "loses logins", "--yes", "--json"];
    const result = await platform.as("deployer", words, { timeoutMs: 290_000 });
    succeeded(result);
    const { deploy, statements } = statedSchema.parse(JSON.parse(result.stdout));
    assert.deepEqual([deploy?.ended, statements.map(({ approvalsFor }) => approvalsFor)], ["deployed", [[]]]);
    await runs("2.3.0");
  });
});
