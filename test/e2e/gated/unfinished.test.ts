import assert from "node:assert/strict";
import { z } from "zod";
import type { PersonName } from "../../../sandbox/people.ts";
import { ProcessError, type ProcessResult } from "../../../src/adapters/processes.ts";
import { ageLocks, killedBefore, leftovers, steps } from "../killed-verb.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { GatedStage } from "./gated-stage.ts";

const PROPOSE = ["propose", "prod", "--reason", "a test"];
const REVOKE = ["revoke", "prod", "--reason", "second thoughts"];
/** The document lies there, and nothing says yet that somebody signed it. */
const SIGNING = ".json.sig";
const FINISHED = /finished what an earlier run was killed at: /;

const approvalsSchema = z.object({
  statements: z.array(
    z.looseObject({
      refusals: z.array(z.object({ code: z.string() })),
      approvals: z.looseObject({ missing: z.number() }),
    }),
  ),
});

/** One statement through its life: each test goes on where the one before ended. */
describe("what a killed propose, approve or revoke left behind", function () {
  this.timeout(300_000);
  let stage: GatedStage;

  before(async () => {
    stage = await GatedStage.make();
    await stage.approve(await stage.promoted());
    await stage.clone.commit();
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
  });
  after(() => stage.remove());

  async function call(who: PersonName, args: readonly string[], env = {}): Promise<ProcessResult> {
    const { keyFile } = await stage.clone.person(who);
    return stage.clone.lockstep([...args, "--key", keyFile, "--yes"], { env });
  }

  async function killed(who: PersonName, args: readonly string[], target: string): Promise<void> {
    const ending: unknown = await call(who, args, killedBefore(target)).then(textOf, (error: unknown) => error);
    assert.ok(ending instanceof ProcessError && ending.message.includes("SIGKILL"), String(ending));
    await ageLocks(stage.clone);
  }

  async function newest() {
    const { stdout } = await stage.clone.lockstep(["approvals", "prod", "--json"]);
    const { refusals, approvals } = approvalsSchema.parse(JSON.parse(stdout)).statements.at(-1) ?? assert.fail();
    return { missing: approvals.missing, codes: refusals.map(({ code }) => code) };
  }

  it("is a statement, which the next propose finishes and commits with the file that it is about", async () => {
    await killed("anna", PROPOSE, steps.stating("prod"));
    assert.match(succeeded(await call("anna", [...PROPOSE, "--commit"])), FINISHED);
    assert.equal(await stage.clone.gitStatus(), "");
    assert.deepEqual(await leftovers(stage.clone), []);
    assert.deepEqual(await newest(), { missing: 2, codes: ["not-approved"] });
  });

  it("is an approval, which counts once when the next approve has finished it", async () => {
    await killed("ben", ["approve", "prod"], SIGNING);
    const text = succeeded(await call("ben", ["approve", "prod"]));
    assert.match(text, FINISHED);
    assert.match(text, /wrote statements\/prod\/\S+\.json, /);
    assert.equal((await newest()).missing, 1);
    refused(await call("ben", ["approve", "prod"]), ["one approval of each person"], 1);
  });

  it("is a withdrawal, and what was approved is withdrawn, not the statement", async () => {
    await killed("ben", REVOKE, SIGNING);
    refused(await stage.clone.lockstep(["check", "prod"]), ["a withdrawal of", "npm run revoke -- prod "], 1);
    assert.match(succeeded(await call("ben", REVOKE)), FINISHED);
    assert.deepEqual(await newest(), { missing: 2, codes: ["not-approved"] });
  });

  it("is finished by hold and resume as well, which then do what they are for", async () => {
    await killed("carla", ["approve", "prod"], SIGNING);
    const hold = ["hold", "prod", "--reason", "audit", "--by", "carla@example.com"];
    assert.match(succeeded(await stage.clone.lockstep([...hold, "--dry-run"])), /no --dry-run finishes it/);
    assert.equal((await leftovers(stage.clone)).length > 0, true);
    assert.match(succeeded(await stage.clone.lockstep([...hold, "--yes"])), FINISHED);
    assert.equal((await newest()).missing, 1);
    await killed("ben", ["approve", "prod"], steps.stating("prod"));
    assert.match(succeeded(await stage.clone.lockstep(["resume", "prod", "--yes"])), FINISHED);
    assert.doesNotMatch(await stage.clone.read("Pulumi.prod.yaml"), /audit/);
    assert.deepEqual(await newest(), { missing: 0, codes: [] });
    assert.deepEqual(await leftovers(stage.clone), []);
  });
});
