import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { refused, succeeded } from "../outcomes.ts";
import { Platform, STAGES } from "../platform.ts";
import { sampleReference } from "../sample-pins.ts";

const APPLICATIONS = ["appointments", "portal"] as const;
/** Long enough that the first attempt comes too early, on a busy machine as well. */
const SOAK_SECONDS = 12;
const DEADLINE_MS = 120_000;

const promotionSchema = z.looseObject({
  changed: z.boolean(),
  written: z.boolean(),
  applications: z.array(z.looseObject({ name: z.string() })),
  statement: z.looseObject({ digest: z.string(), folder: z.string() }).nullable(),
});

/** One promotion through all stages: each test goes on where the one before ended. */
describe("the way from inttest to prod", function () {
  this.timeout(400_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make({ applications: APPLICATIONS, soak: `${SOAK_SECONDS}s` });
    await platform.up("inttest");
  });
  after(() => platform.remove());

  async function promote(from: string, to: string, ...flags: readonly string[]) {
    const args = ["promote", from, to, "--reason", "passed the acceptance tests", "--yes", "--json", ...flags];
    return promotionSchema.parse(JSON.parse((await succeededJson(args)).trim()));
  }

  async function succeededJson(args: readonly string[]): Promise<string> {
    const result = await platform.as("anna", args);
    succeeded(result);
    return result.stdout;
  }

  it("begins with what would be done: the versions, and what differs, with nothing written", async () => {
    const text = succeeded(await platform.as("anna", ["promote", "inttest", "extest", "--dry-run"]));
    for (const part of ["appointments", "1.4.1", "portal", "2.3.0", "portal.extest.example.com"])
      assert.ok(text.includes(part), text);
    assert.equal(await platform.clone.gitStatus(), "");
  });

  it("leads to extest with a statement that one promoter signs, in one commit of exactly these files", async () => {
    const { statement, applications } = await promote("inttest", "extest", "--commit");
    assert.deepEqual(
      applications.map(({ name }) => name),
      APPLICATIONS,
    );
    assert.ok(statement !== null);
    const message = await platform.git("log", "-1", "--format=%(trailers:unfold)");
    for (const trailer of [`Statement: ${statement.digest}`, "Stage: extest", "From: inttest"])
      assert.ok(message.includes(`Lockstep-${trailer}`), message);
    const files = (await platform.git("show", "--name-only", "--format=", "HEAD")).split("\n").toSorted();
    const written = ["promoter.sig", "statement.json"].map((file) => `${statement.folder}/${file}`);
    assert.deepEqual(files, ["Pulumi.extest.yaml", ...written].toSorted());
    assert.equal(await platform.clone.gitStatus(), "");
    await platform.up("extest");
  });

  it("stops before preprod until somebody else than the promoter has approved", async () => {
    await promote("extest", "preprod");
    refused(await platform.clone.up({ stage: "preprod" }), ["refused, nothing was changed"]);
    assert.notDeepEqual(await platform.refusals("anna", ["approve", "preprod", "--yes"]), []);
    const text = succeeded(await platform.as("ben", ["approve", "preprod", "--yes"]));
    assert.ok(text.includes("portal"), text);
    await platform.merge();
    await platform.up("preprod");
  });

  it("waits until the versions have run in preprod as long as prod asks", async () => {
    assert.deepEqual(await platform.refusals("anna", ["promote", "preprod", "prod", "--dry-run"]), ["not-soaked"]);
    const endMs = Date.now() + DEADLINE_MS;
    let result = await platform.as("anna", ["promote", "preprod", "prod", "--reason", "release 7", "--yes"]);
    while (result.exitCode !== 0 && Date.now() < endMs) {
      await setTimeout(1000);
      result = await platform.as("anna", ["promote", "preprod", "prod", "--reason", "release 7", "--yes"]);
    }
    succeeded(result);
  });

  it("needs two approvers for prod, of the gate's groups", async () => {
    succeeded(await platform.as("ben", ["approve", "prod", "--yes"]));
    refused(await platform.clone.up({ stage: "prod" }), ["refused, nothing was changed"]);
    const missing = succeeded(await platform.as("anna", ["approvals", "prod"]));
    assert.ok(missing.includes("ben@"), missing);
    succeeded(await platform.as("carla", ["approve", "prod", "--yes"]));
    await platform.merge();
    await platform.up("prod");
  });

  it("ends with the very images of inttest running in every stage", async () => {
    const { registry } = platform.clone.sandbox.location;
    for (const [application, version] of [
      ["appointments", "1.4.1"],
      ["portal", "2.3.0"],
    ] as const) {
      const image = await sampleReference(registry, `ehealth/${application}`, version);
      for (const stage of STAGES) {
        const { image: found, ready } = await platform.running(stage, application);
        assert.equal(found, image, stage);
        assert.match(ready, /^[23]$/, stage);
      }
    }
  });

  it("leaves who approved, where everything runs, and what differs, to be read", async () => {
    const approvals = succeeded(await platform.as("anna", ["approvals", "prod", "--all"]));
    for (const person of ["anna@", "ben@", "carla@"]) assert.ok(approvals.includes(person), approvals);
    const status = succeeded(await platform.as("anna", ["status"]));
    for (const part of [...STAGES, ...APPLICATIONS, "1.4.1", "2.3.0"]) assert.ok(status.includes(part), status);
    const difference = succeeded(await platform.as("anna", ["diff", "preprod", "prod"]));
    assert.ok(difference.includes("replicas"), difference);
  });

  it("says of a second promotion that there is nothing to do", async () => {
    for (const [from, to] of [
      ["inttest", "extest"],
      ["preprod", "prod"],
    ] as const) {
      const { changed, written, statement } = await promote(from, to);
      assert.deepEqual({ changed, written, statement }, { changed: false, written: false, statement: null });
    }
    assert.equal(await platform.clone.gitStatus(), "");
  });
});
