import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessResult } from "../../../src/adapters/processes.ts";
import { refused, succeeded, textOf } from "../outcomes.ts";
import { Platform } from "../platform.ts";
import { sampleReference } from "../sample-pins.ts";

const IMAGE = "{.spec.template.spec.containers[0].image}";
const LIMIT_MS = 240_000;

describe("lockstep reconcile --once", () => {
  let platform: Platform;

  before(async () => {
    platform = await Platform.make();
  });
  after(() => platform.remove());

  const reconcile = (...words: readonly string[]): Promise<ProcessResult> =>
    platform.clone.lockstep(["reconcile", "inttest", "--once", ...words], { timeoutMs: LIMIT_MS });
  const image = () => platform.clone.field("deployment/portal", IMAGE);
  const commitOf = async (name: string): Promise<string> => (await platform.git("rev-parse", name)).trim();
  const updates = async (): Promise<number> => {
    const flags = ["--stack", "inttest", "--json", "--show-secrets=false"];
    return (JSON.parse((await platform.clone.pulumi(["stack", "history", ...flags])).stdout) as unknown[]).length;
  };

  /** What a colleague merges: the remote has it, this clone not yet. */
  async function mergedElsewhere(change: () => Promise<void>): Promise<void> {
    await change();
    await platform.merge();
    await platform.git("reset", "--quiet", "--hard", "HEAD~1");
    assert.notEqual(await commitOf("HEAD"), await commitOf("origin/main"));
  }

  it("does one step and nothing else", async () => {
    refused(await platform.clone.lockstep(["reconcile", "inttest"]), ["--once"], 2);
  });

  it("deploys what git says without asking anybody", async () => {
    succeeded(await reconcile());
    assert.match(await image(), /:2\.3\.0@/);
  });

  it("has nothing to do where nothing has changed, says so and makes no update", async () => {
    const before = await updates();
    assert.match(succeeded(await reconcile()), /Nothing to deploy: inttest/);
    assert.deepEqual(JSON.parse((await reconcile("--json")).stdout), { stage: "inttest", ended: "nothing" });
    assert.equal(await updates(), before);
  });

  it("brings back what was changed by hand", async () => {
    await platform.clone.kubectl("--namespace", platform.clone.namespace, "scale", "deployment/portal", "--replicas=4");
    succeeded(await reconcile());
    assert.notEqual(await platform.clone.field("deployment/portal", "{.spec.replicas}"), "4");
    assert.match(succeeded(await reconcile()), /Nothing to deploy: inttest/);
  });

  it("fetches what was merged, goes forward to it and deploys it; --dry-run leaves it there", async () => {
    await mergedElsewhere(() => platform.clone.pinned("portal", "2.3.1"));
    const before = await commitOf("HEAD");
    assert.match(succeeded(await reconcile("--dry-run")), /would be checked out/);
    assert.equal(await commitOf("HEAD"), before);
    assert.match(await image(), /:2\.3\.0@/);
    succeeded(await reconcile());
    assert.equal(await commitOf("HEAD"), await commitOf("origin/main"));
    assert.match(await image(), /:2\.3\.1@/);
  });

  describe("where a commit does not concern the stage", () => {
    const [looked, known] = [/inttest is as its files say/, /inttest is as HEAD says/];
    const note = (text: string) => mergedElsewhere(() => platform.clone.write("docs/note.md", text));

    it("looks at it once, and not at the next one", async () => {
      const before = await updates();
      await note("one");
      assert.match(succeeded(await reconcile()), looked);
      await note("two");
      assert.match(succeeded(await reconcile()), known);
      assert.equal(await commitOf("HEAD"), await commitOf("origin/main"));
      assert.equal(await updates(), before);
    });

    it("looks where it is told to, and where any file has changed that the program reads", async () => {
      assert.match(succeeded(await reconcile("--preview")), looked);
      await mergedElsewhere(() => platform.clone.edit("src/index.ts", (text) => `${text}// Nothing else.\n`));
      assert.match(succeeded(await reconcile()), looked);
    });

    it("brings back what was changed by hand all the same", async () => {
      await platform.clone.kubectl(
        "--namespace",
        platform.clone.namespace,
        "scale",
        "deployment/portal",
        "--replicas=4",
      );
      assert.match(succeeded(await reconcile()), /spec\.replicas/);
    });
  });

  it("says that a version is on hold, and does not try it", async () => {
    const pinned = await sampleReference(platform.clone.sandbox.location.registry, "ehealth/portal", "2.2.0");
    const digest = pinned.slice(pinned.indexOf("@") + 1);
    await mergedElsewhere(async () => {
      await platform.clone.pinned("portal", "2.2.0");
      const hold = { reason: "crashes at midnight", by: "anna@example.com", image: digest };
      await platform.set("inttest", [["lockstep:holds", "portal"], hold]);
    });
    const before = [await updates(), await image()];
    refused(await reconcile(), ["crashes at midnight"], 1);
    refused(await reconcile(), ["crashes at midnight"], 1);
    assert.deepEqual([await updates(), await image()], before);
    await platform.git("reset", "--quiet", "--hard", "HEAD~1");
    await platform.git("push", "--quiet", "--force", "origin", "HEAD:main");
  });

  it("refuses over commits that nobody else has", async () => {
    await platform.committed(async () => {
      refused(await reconcile(), ["git push origin main:main"], 1);
    });
  });

  it("refuses over files that are not committed", async () => {
    const before = await platform.clone.read();
    await platform.clone.write("Pulumi.inttest.yaml", `${before}# a note\n`);
    const text = refused(await reconcile(), ["Pulumi.inttest.yaml"], 1);
    assert.match(text, /git stash/);
    await platform.clone.write("Pulumi.inttest.yaml", before);
  });

  it("refuses where no branch is checked out, unless it is told to take what is there", async () => {
    await platform.git("checkout", "--quiet", "--detach");
    refused(await reconcile(), ["git checkout -B main origin/main"], 1);
    assert.match(succeeded(await reconcile("--no-fetch")), /Nothing to deploy: inttest/);
    await platform.git("checkout", "--quiet", "main");
  });

  it("leaves the stage to another run that is at it", async () => {
    const lock = join(platform.clone.folder, ".git", "lockstep-reconcile-inttest");
    await mkdir(lock);
    refused(await reconcile(), ["another run that reconciles inttest"], 1);
    await rm(lock, { recursive: true });
    assert.match(textOf(await reconcile()), /Nothing to deploy: inttest/);
  });
});
