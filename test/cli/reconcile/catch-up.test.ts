import assert from "node:assert/strict";
import { catchUp } from "../../../src/cli/reconcile/catch-up.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { inClone, STACK } from "../../git-state-scene.ts";

const { signal } = new AbortController();
const follow = (folder: string) => catchUp({ folder, stage: "prod", dryRun: false, signal });

async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    return error.refusals.map(({ code }) => code);
  }
}

describe("catching up with the branch that is followed", () => {
  it("goes forward to what was merged", async () => {
    await inClone(async ({ origin, clone }) => {
      await origin.commit({ [STACK]: "config: { a: 1 }\n" });
      const { before, after } = await follow(clone.folder);
      assert.notEqual(before, after);
      assert.equal((await clone.git("rev-parse", "HEAD")).trim(), after);
    });
  });

  it("stops before other dependencies, each time, until somebody has installed them", async () => {
    await inClone(async ({ origin, clone }) => {
      const before = await clone.git("rev-parse", "HEAD");
      await origin.commit({ "package-lock.json": "{}\n" });
      for (let run = 0; run < 2; run++) assert.deepEqual(await codesOf(follow(clone.folder)), ["dependencies-changed"]);
      assert.equal(await clone.git("rev-parse", "HEAD"), before);
      await clone.git("merge", "--quiet", "--ff-only", "origin/main");
      assert.deepEqual(await codesOf(follow(clone.folder)), []);
    });
  });
});
