import assert from "node:assert/strict";
import { Platform } from "../platform.ts";
import { refused, succeeded } from "../outcomes.ts";

/** A deploy is a preview and an update, and everything that is asked meanwhile. */
const PATIENCE = { timeoutMs: 290_000 };

describe("npm run deploy of a gated stage", () => {
  let platform: Platform;

  before(async () => {
    platform = await Platform.make();
    await platform.up("inttest");
    succeeded(await platform.as("anna", ["promote", "inttest", "extest", "--reason", "tested", "--yes"]));
  });
  after(() => platform.remove());

  it("refuses what is not committed, before it deploys anything", async () => {
    refused(await platform.as("deployer", ["deploy", "extest", "--yes"], PATIENCE), ["git", "statements/extest"], 1);
    await assert.rejects(platform.clone.field("deployment/portal", "{.metadata.name}", "extest"));
  });

  it("deploys what was stated, and keeps the statement in the stack's history", async () => {
    await platform.merge();
    const text = succeeded(
      await platform.as("deployer", ["deploy", "extest", "--yes", "--reason", "release 4"], PATIENCE),
    );
    assert.match(text, /portal +comes: 2\.3\.0/);
    assert.doesNotMatch(text, /nobody here can sign/);
    assert.equal((await platform.running("extest", "portal")).ready, "2");
    const flags = ["--stack", "extest", "--json", "--show-secrets=false"];
    const history = (await platform.clone.pulumi(["stack", "history", ...flags])).stdout;
    assert.match(history, /statements[\\": ]+sha256:[0-9a-f]{64}/);
    assert.match(history, /Deploy portal nothing -> 2\.3\.0: release 4/);
  });

  it("has nothing to do then", async () => {
    assert.match(
      succeeded(await platform.as("deployer", ["deploy", "extest", "--yes"], PATIENCE)),
      /Nothing to deploy/,
    );
  });

  it("refuses settings that nobody stated", async () => {
    await platform.set("extest", [["lockstep:settings", "portal", "env", "LOG_LEVEL"], "trace"]);
    await platform.merge();
    refused(await platform.as("deployer", ["deploy", "extest", "--yes"], PATIENCE), ["portal"], 1);
  });
});
