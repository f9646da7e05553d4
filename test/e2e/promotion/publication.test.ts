import assert from "node:assert/strict";
import { refused, succeeded } from "../outcomes.ts";
import { Platform } from "../platform.ts";

const REASON = ["--reason", "tested", "--yes"];

describe("a promotion on a branch", function () {
  this.timeout(400_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make({ applications: ["patients", "portal"] });
    await platform.up("inttest");
  });
  after(() => platform.remove());

  async function promoteOn(branch: string, application: string): Promise<string> {
    const args = ["promote", "inttest", "extest", application, ...REASON, "--branch", branch];
    return succeeded(await platform.as("anna", args));
  }

  async function mergeOf(branch: string): Promise<void> {
    const identity = ["-c", "user.name=ben", "-c", "user.email=ben@example.com", "-c", "commit.gpgSign=false"];
    await platform.git(...identity, "merge", "--quiet", "--no-edit", `origin/${branch}`);
  }

  async function checkCodes(): Promise<string> {
    return (await platform.as("ben", ["check", "extest", "--base", "origin/main", "--json"])).stdout;
  }

  it("is one commit on a branch of its own, pushed, with the way to a pull request; the rest is as it was", async () => {
    const [branch, head] = [await platform.git("branch", "--show-current"), await platform.git("rev-parse", "HEAD")];
    const text = await promoteOn("promote-portal", "portal");
    assert.ok(text.includes("promote-portal"), text);
    assert.equal(
      await platform.git("ls-remote", "--heads", "origin", "main").then((line) => line.split("\t")[0]),
      head,
    );
    assert.equal(await platform.git("rev-parse", "origin/promote-portal^"), head);
    await platform.git("checkout", "--quiet", branch);
    assert.equal(await platform.clone.gitStatus(), "");
  });

  it("merges with another application's, and both stay valid", async () => {
    await promoteOn("promote-patients", "patients");
    await platform.git("checkout", "--quiet", "main");
    await platform.git("fetch", "--quiet", "origin");
    await mergeOf("promote-portal");
    await mergeOf("promote-patients");
    succeeded(await platform.as("ben", ["check", "extest", "--base", "origin/main"]));
    await platform.up("extest");
    assert.match((await platform.running("extest", "portal")).ready, /[12]/);
    assert.match((await platform.running("extest", "patients")).ready, /[12]/);
    await platform.git("push", "--quiet", "origin", "main");
  });

  it("is a named conflict with another promotion of the same application, with a way out", async () => {
    await platform.clone.pinned("portal", "2.3.1");
    await platform.merge();
    await platform.up("inttest");
    await promoteOn("first", "portal");
    await platform.git("checkout", "--quiet", "main");
    await promoteOn("second", "portal");
    await platform.git("checkout", "--quiet", "main");
    await platform.git("fetch", "--quiet", "origin");
    await mergeOf("first");
    // The same version: nothing in the stack file for git to stop at.
    await mergeOf("second");
    assert.match(await checkCodes(), /conflicting-statements/);
    const words = refused(await platform.clone.up({ stage: "extest" }), ["refused, nothing was changed"]);
    assert.match(words, /npm run propose -- extest portal/);
    // Both are on the base branch, as a hosting service would have merged them.
    await platform.git("push", "--quiet", "origin", "main");
    succeeded(await platform.as("anna", ["propose", "extest", "portal", ...REASON, "--commit", "--no-push"]));
    assert.doesNotMatch(await checkCodes(), /conflicting-statements|"refusals": \[\s*\{/);
    await platform.up("extest");
  });
});
