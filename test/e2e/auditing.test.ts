import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ProcessError, run } from "../../src/adapters/processes.ts";
import { succeeded } from "./outcomes.ts";
import { Platform } from "./platform.ts";
import { sampleReference } from "./sample-pins.ts";
import { repository } from "./shared-sandbox.ts";
import { toolPath } from "./tools.ts";

const GUIDE = join(repository, "docs", "auditing.md");

/** What the page's shell blocks say when they are run one after the other, and whether they came to their end. */
interface Audit {
  readonly passed: boolean;
  readonly text: string;
}

describe("the auditor's page, run as a script", function () {
  this.timeout(400_000);
  let platform: Platform;
  let script: string;

  before(async () => {
    const blocks = [...(await readFile(GUIDE, "utf8")).matchAll(/^```sh\n([^]*?)^```$/gm)];
    script = blocks.map(([, block]) => block).join("\n");
    platform = await Platform.make();
    // The stages between are another test's journey.
    await platform.editTrust("stages.yaml", (text) => text.replace("from: [preprod]", "from: [inttest]"));
    for (const version of ["2.3.0", "2.3.1"]) {
      await platform.clone.pinned("portal", version);
      await platform.merge();
      await platform.up("inttest");
      await platform.brought("inttest", "prod", ["ben", "carla"]);
    }
  });
  after(() => platform.remove());

  async function audit(): Promise<Audit> {
    const { folder, env } = platform.clone;
    const path = [dirname(toolPath("cosign")), env["PATH"] ?? ""].join(":");
    try {
      const { stdout } = await run("/bin/sh", ["-eu", "-c", script], { cwd: folder, env: { ...env, PATH: path } });
      return { passed: true, text: stdout };
    } catch (error) {
      if (!(error instanceof ProcessError) || error.code !== "failed") throw error;
      return { passed: false, text: `${error.stdout}\n${error.stderr}` };
    }
  }

  /** @param after what has been shown when it ends */
  async function stops(after: RegExp): Promise<void> {
    const { passed, text } = await audit();
    assert.ok(!passed, text);
    assert.match(text, after);
  }

  const newest = (): Promise<string> => platform.newestStatement("prod");

  it("comes to its end, and names promoter, approvers, image and source", async () => {
    const { passed, text } = await audit();
    assert.ok(passed, text);
    const image = await sampleReference(platform.clone.sandbox.location.registry, "ehealth/portal", "2.3.1");
    const people = await Promise.all((["anna", "ben", "carla"] as const).map((name) => platform.clone.person(name)));
    for (const { principal } of people) assert.match(text, new RegExp(`^Good ".+" signature for ${principal} `, "m"));
    assert.match(text, new RegExp(`^portal-\\S+\\tRunning\\t${image}$`, "m"));
    assert.match(text, /"from": "inttest"/);
    assert.match(text, /^\+.*portal:2\.3\.1@/m);
  });

  it("ends early where a rule was changed, and nobody signed it", async () => {
    const undo = await platform.editTrust("stages.yaml", (text) => text.replace("count: 2", "count: 1"), {
      signed: false,
    });
    await stops(/stages\.yaml: FAILED/);
    await undo();
  });

  it("ends early where the statement says something else than was signed", async () => {
    await platform.clone.edit(join(await newest(), "statement.json"), (text) => text.replace("tested", "testet"));
    await stops(/"kind": "promotion"/);
    await platform.git("checkout", "--quiet", "statements");
  });

  it("ends early where an approval is of somebody else", async () => {
    const approvals = join(await newest(), "approvals");
    const [first = ""] = (await readdir(join(platform.clone.folder, approvals))).filter((name) =>
      name.endsWith("json"),
    );
    await platform.clone.edit(join(approvals, first), (text) =>
      text.replace("ben@", "dora@").replace("carla@", "dora@"),
    );
    await stops(/Good "statement@lockstep"/);
    await platform.git("checkout", "--quiet", "statements");
  });

  it("ends early where a stack file pins another version", async () => {
    await platform.clone.edit("Pulumi.prod.yaml", (text) => text.replace("portal:2.3.1@", "portal:2.3.0@"));
    await stops(/signed: yes/);
    await platform.git("checkout", "--quiet", "Pulumi.prod.yaml");
  });

  it("ends early where somebody rewrote a statement in a commit, and put it right in the next", async () => {
    const file = join(await newest(), "promoter.sig");
    const text = await platform.clone.read(file);
    await platform.clone.write(file, "");
    await platform.clone.commit();
    await platform.clone.write(file, text);
    await platform.committed(() => stops(/"result": "succeeded"/));
    await platform.git("reset", "--quiet", "--hard", "HEAD~1");
    assert.ok((await audit()).passed);
    succeeded(await platform.clone.lockstep(["check", "prod", "--base", "origin/main"]));
  });
});
