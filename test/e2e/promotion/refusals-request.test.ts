import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { run } from "../../../src/adapters/processes.ts";
import { refused, succeeded } from "../outcomes.ts";
import { Platform, type Setting } from "../platform.ts";

const CALL = ["promote", "inttest", "extest", "--dry-run"];
const HOLD = { reason: "the tax office audits", by: "carla@sandbox.example" };

/** One thing is broken in each test, and taken back. */
describe("who may promote what, and from which working tree", function () {
  this.timeout(300_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make({ applications: ["patients", "portal"] });
    await platform.up("inttest");
  });
  after(() => platform.remove());

  async function refuses(codes: readonly string[], args = CALL): Promise<void> {
    assert.deepEqual(await platform.refusals("anna", args), codes);
  }

  async function refusesWith(setting: Setting, codes: readonly string[]): Promise<void> {
    await platform.set("extest", setting);
    await platform.committed(() => refuses(codes));
  }

  it("lets a promoter go the way that trust/stages.yaml draws", async () => {
    succeeded(await platform.as("anna", CALL));
  });

  it("refuses another way, and a stage that nobody knows", async () => {
    await refuses(["wrong-source"], ["promote", "inttest", "prod", "--dry-run"]);
    const text = refused(await platform.as("anna", ["promote", "inttest", "extst", "--dry-run"]), ["extest"], 2);
    assert.ok(text.includes("did you mean"), text);
  });

  it("refuses an application that nobody knows, and names the nearest", async () => {
    refused(await platform.as("anna", [...CALL, "portl"]), ["portal"], 2);
  });

  it("refuses people who are no promoters, or whom nobody knows", async () => {
    assert.deepEqual(await platform.refusals("carla", CALL), ["not-a-promoter"]);
    assert.deepEqual(await platform.refusals("owner", CALL), ["unknown-signer"]);
  });

  it("refuses to move a held application, or anything in a held stage, until the hold has ended", async () => {
    await refusesWith([["lockstep:holds", "portal"], HOLD], ["held"]);
    await refusesWith([["lockstep:holds", "*"], HOLD], ["held"]);
    await platform.set("extest", [["lockstep:holds", "*"], { ...HOLD, until: "2026-11-01T00:00:00Z" }]);
    await platform.committed(async () => {
      succeeded(await platform.as("anna", CALL));
    });
  });

  it("moves all or none: the others go when they are named, as the refusal says", async () => {
    await platform.set("extest", [["lockstep:holds", "portal"], HOLD]);
    await platform.committed(async () => {
      const command = "npm run promote -- inttest extest patients";
      refused(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "x", "--yes"]), [command], 1);
      assert.equal(await platform.clone.gitStatus(), "");
      succeeded(await platform.as("anna", [...CALL, "patients"]));
    });
  });

  it("refuses files that are not as they were committed", async () => {
    await platform.clone.edit("Pulumi.extest.yaml", (text) => `${text}# unsaved thought\n`);
    await refuses(["dirty-files"]);
    await platform.git("checkout", "--quiet", "Pulumi.extest.yaml");
  });

  it("refuses to go on from behind the base branch", async () => {
    const other = join(dirname(platform.clone.folder), "other");
    await run("git", ["clone", "--quiet", platform.origin, other]);
    const theirs = async (...args: readonly string[]): Promise<void> => {
      await run("git", ["-c", "user.name=ben", "-c", "user.email=ben@example.com", ...args], { cwd: other });
    };
    await run("bash", ["-c", "echo '# moved' >> Pulumi.extest.yaml"], { cwd: other });
    await theirs("commit", "--quiet", "--all", "--message", "Extest moved on");
    await theirs("push", "--quiet");
    await refuses(["behind-base"]);
    // In another stage it disturbs nobody.
    await platform.git("push", "--quiet", "--force", "origin", "HEAD:main");
    succeeded(await platform.as("anna", CALL));
  });

  it("reports everything at once", async () => {
    await platform.set("extest", [["lockstep:holds", "portal"], HOLD]);
    assert.deepEqual(await platform.refusals("carla", CALL), ["dirty-files", "held", "not-a-promoter"]);
    await platform.git("checkout", "--quiet", "Pulumi.extest.yaml");
  });

  it("asks before it writes, and does not write where nobody can answer", async () => {
    refused(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "x"]), ["--yes"]);
    assert.equal(await platform.clone.gitStatus(), "");
  });
});
