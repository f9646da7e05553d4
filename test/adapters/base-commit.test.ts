import assert from "node:assert/strict";
import { join } from "node:path";
import { findBaseCommit, type BaseCommit } from "../../src/adapters/base-commit.ts";
import { GitFolder } from "../../src/adapters/git.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { GitRepository } from "./git-repository.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

interface Scene {
  readonly clone: GitRepository;
  readonly origin: GitRepository;
  /** The commit of origin's main from which the clone's branch began. */
  readonly begun: string;
  readonly find: (base?: string, env?: NodeJS.ProcessEnv) => Promise<Outcome<BaseCommit>>;
}

/** A clone with a branch of its own; origin's main went on since. */
async function inClone(test: (scene: Scene) => Promise<void>, ...flags: readonly string[]): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const origin = await GitRepository.make(join(folder, "origin"), { a: "1" });
    await origin.commit({ a: "2" });
    const begun = await origin.git("rev-parse", "HEAD");
    await origin.git("branch", "release");
    const clone = await GitRepository.clone(origin.folder, join(folder, "clone"), ...flags);
    await clone.git("switch", "--quiet", "--create", "change");
    await clone.commit({ b: "1" });
    await origin.commit({ a: "3" });
    await clone.git("fetch", "--quiet", ...(flags.length === 0 ? [] : ["--depth=1"]));
    const git = new GitFolder(clone.folder);
    await test({ clone, origin, begun, find: (base, env = {}) => findBaseCommit(git, base, env) });
  });
}

function commitOf(outcome: Outcome<BaseCommit>): readonly string[] {
  return outcome.kind === "accepted"
    ? [outcome.value.name, outcome.value.commit]
    : outcome.refusals.map(({ code }) => code);
}

describe("the base of a change", () => {
  it("is where it left origin's default branch, though that went on", async () => {
    await inClone(async ({ begun, find }) => {
      assert.deepEqual(commitOf(await find()), ["origin/main", begun]);
    });
  });

  for (const variable of ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"]) {
    it(`is the branch that the CI names in ${variable}`, async () => {
      await inClone(async ({ begun, find }) => {
        const found = await find(undefined, { [variable]: "release" });
        assert.deepEqual(commitOf(found), ["refs/remotes/origin/release", begun]);
      });
    });
  }

  it("is the branch that was named, before all others", async () => {
    await inClone(async ({ begun, find }) => {
      assert.deepEqual(commitOf(await find("release", { CHANGE_TARGET: "main" })), ["origin/release", begun]);
    });
  });

  it("is never another than the one that the CI names", async () => {
    await inClone(async ({ find }) => {
      assert.deepEqual(commitOf(await find(undefined, { GITHUB_BASE_REF: "gone" })), ["no-base"]);
    });
  });

  it("is never an option of git's", async () => {
    await inClone(async ({ find }) => {
      assert.deepEqual(commitOf(await find("--all")), ["no-base"]);
    });
  });

  it("is the commit itself on the base branch", async () => {
    await inClone(async ({ clone, find }) => {
      await clone.git("switch", "--quiet", "--detach", "origin/main");
      const found = await find();
      assert.ok(found.kind === "accepted" && found.value.isHead);
    });
  });

  it("cannot be found in a shallow clone, and says how to fetch it", async () => {
    await inClone(async ({ find }) => {
      const found = await find();
      assert.deepEqual(commitOf(found), ["shallow-clone"]);
      assert.ok(found.kind === "refused" && found.refusals[0]?.action.includes("git fetch"));
    }, "--depth=1");
  });

  it("cannot be found outside of a repository", async () => {
    await inTemporaryFolder(async (folder) => {
      assert.deepEqual(commitOf(await findBaseCommit(new GitFolder(folder), undefined, {})), ["no-repository"]);
    });
  });
});
