import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { run } from "../../../src/adapters/processes.ts";
import type { PersonName } from "../../../sandbox/people.ts";
import { succeeded } from "../outcomes.ts";
import { FILE, GatedStage } from "./gated-stage.ts";

const refusalsSchema = z.object({ refusals: z.array(z.object({ code: z.string() })) });
const writtenSchema = z.looseObject({ written: z.boolean(), changed: z.boolean().optional() });
const approvalsSchema = z.object({
  statements: z.array(
    z.looseObject({
      digest: z.string(),
      deployed: z.boolean(),
      refusals: z.array(z.object({ code: z.string() })),
      approvals: z.looseObject({
        missing: z.number(),
        candidates: z.array(z.object({ group: z.string(), principals: z.array(z.string()) })),
      }),
    }),
  ),
});

/** One stage through its life: each test goes on where the one before ended. */
describe("propose, approve, approvals and revoke", function () {
  this.timeout(300_000);
  let stage: GatedStage;

  before(async () => {
    stage = await GatedStage.make();
  });
  after(() => stage.remove());

  async function call(verb: string, who: PersonName, ...flags: readonly string[]) {
    const { keyFile } = await stage.clone.person(who);
    const key = verb === "approvals" ? [] : ["--key", keyFile, "--yes"];
    return stage.clone.lockstep([verb, "prod", ...flags, ...key, "--json"]);
  }

  async function refuses(codes: readonly string[], verb: string, who: PersonName, ...flags: readonly string[]) {
    const { stdout, stderr, exitCode } = await call(verb, who, ...flags);
    assert.notEqual(exitCode, 0, stdout);
    assert.ok(stdout.startsWith("{"), stderr);
    const { refusals } = refusalsSchema.parse(JSON.parse(stdout));
    assert.deepEqual([...new Set(refusals.map(({ code }) => code))].toSorted(), [...codes].toSorted(), stderr);
  }

  async function does(verb: string, who: PersonName, ...flags: readonly string[]): Promise<unknown> {
    const result = await call(verb, who, ...flags);
    assert.equal(result.exitCode, 0, result.stderr);
    return JSON.parse(result.stdout);
  }

  const propose = async (who: PersonName, ...flags: readonly string[]) =>
    writtenSchema.parse(await does("propose", who, "--reason", "a test", ...flags));
  const approvals = async () => approvalsSchema.parse(await does("approvals", "anna")).statements;
  const newest = async () => (await approvals()).at(-1) ?? assert.fail();

  it("has nothing to approve where nothing waits, and refuses versions that were not promoted", async () => {
    assert.deepEqual(await does("approve", "ben"), { stage: "prod", statements: [] });
    await refuses(["change-moves-pin"], "propose", "anna", "--reason", "a test");
  });

  it("lets two people approve a promotion, and no one person twice", async () => {
    await stage.promoted();
    await stage.clone.commit();
    await refuses(["promoter-approves"], "approve", "anna");
    await refuses(["unknown-signer"], "approve", "owner");
    await does("approve", "ben");
    await refuses(["approved-already"], "approve", "ben");
    const { missing, candidates } = (await newest()).approvals;
    assert.equal(missing, 1);
    assert.deepEqual(
      candidates.map(({ principals }) => principals.length),
      [0, 2],
    );
    await stage.refuses(["not-approved"], { byPack: false });
    await refuses(["not-an-approver"], "approve", "carla", "--role", "release-managers");
    await does("approve", "carla");
    await stage.passes();
    await stage.clone.commit();
    succeeded(await stage.alone("up"));
    assert.deepEqual((await newest()).refusals, []);
    assert.equal((await newest()).deployed, true);
  });

  it("proposes a setting that was edited, and nothing twice", async () => {
    assert.deepEqual(await propose("anna"), {
      stage: "prod",
      changed: false,
      written: false,
      applications: [],
      statement: null,
    });
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
    await refuses(["not-a-promoter"], "propose", "carla", "--reason", "a test");
    const dry = await propose("anna", "--dry-run");
    assert.deepEqual([dry.changed, dry.written], [true, false]);
    assert.equal((await propose("anna")).written, true);
    assert.equal((await propose("anna")).changed, false);
    const { exitCode, stdout } = await stage.clone.lockstep([
      "approve",
      "prod",
      "--dry-run",
      "--key",
      await key("ben"),
    ]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /env\.LOG_LEVEL +info -> warn/);
  });

  it("approves nothing that the files here do not say", async () => {
    await stage.edit("LOG_LEVEL: warn", "LOG_LEVEL: error");
    await refuses(["other-state-here"], "approve", "ben");
    await stage.edit("LOG_LEVEL: error", "LOG_LEVEL: warn");
  });

  it("approves into one commit of exactly the files that it writes", async () => {
    await stage.clone.commit();
    await does("approve", "ben", "--commit");
    assert.equal(await stage.clone.gitStatus(), "");
    const { stdout } = await run("git", ["show", "--name-only", "--format=%(trailers:key=Lockstep-Stage,valueonly)"], {
      cwd: stage.clone.folder,
    });
    const [trailer, ...files] = stdout.split("\n").filter((line) => line !== "");
    assert.equal(trailer, "prod");
    assert.equal(files.length, 2);
    await does("approve", "dora");
    await stage.passes();
    succeeded(await stage.alone("up"));
  });

  it("takes an approval back, which refuses what is deployed, and lets it be given again", async () => {
    await refuses(["nothing-to-withdraw"], "revoke", "carla", (await newest()).digest, "--reason", "a test");
    await does("revoke", "dora", "--reason", "second thoughts");
    await stage.refuses(["not-approved"]);
    await does("approve", "dora");
    await stage.passes();
  });

  it("takes a statement back, which is stated again on top", async () => {
    const { digest } = await newest();
    await does("revoke", "ben", digest, "--statement", "--reason", "it leaks");
    await stage.refuses(["withdrawn-statement"]);
    await refuses(["withdrawn-statement"], "approve", "carla", digest);
    await refuses(["withdrawn-already"], "revoke", "anna", digest, "--reason", "again");
    await stage.clone.commit();
    assert.equal((await propose("anna")).written, true);
    await stage.refuses(["not-approved"], { byPack: false });
    await does("approve", "ben");
    await does("approve", "carla");
    await stage.passes();
  });

  it("proposes that an application goes, in one commit with the stack file", async () => {
    await stage.clone.commit();
    await stage.edit("    portal:\n      replicas: 2", "    portal:\n      enabled: false\n      replicas: 2");
    await propose("anna", "--commit");
    assert.equal(await stage.clone.gitStatus(), "");
    const { stdout } = await run("git", ["show", "--name-only", "--format="], { cwd: stage.clone.folder });
    assert.ok(stdout.split("\n").includes(FILE), stdout);
    const text = (await stage.clone.lockstep(["approvals", "prod"])).stdout;
    assert.match(text, /2 missing/);
  });

  async function key(who: PersonName): Promise<string> {
    return (await stage.clone.person(who)).keyFile;
  }

  it("writes nothing that is not signed", async () => {
    const { exitCode } = await stage.clone.lockstep(["approve", "prod", "--yes", "--key", join("no", "such", "key")]);
    assert.equal(exitCode, 1);
    assert.equal(await stage.clone.gitStatus(), "");
  });
});
