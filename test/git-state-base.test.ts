import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { checkGitState } from "../src/git-state.ts";
import { inGitEnvironment } from "./adapters/git-environment.ts";
import { GitRepository } from "./adapters/git-repository.ts";
import { inTemporaryFolder } from "./adapters/temporary-folder.ts";
import { codes, FILES, inClone, refusalsIn, SCENE, STACK } from "./git-state-scene.ts";

describe("the state of git and the base branch", () => {
  it("refuses a statement of the stage that HEAD does not have, and names it", async () => {
    await inClone(async ({ origin, clone, check }) => {
      await origin.commit({ "statements/prod/b/statement.json": "{}\n" });
      const [refusal] = refusalsIn(await check());
      assert.equal(refusal?.code, "behind-base");
      assert.match(refusal.found, /statements\/prod\/b\/statement\.json/);
      assert.match(refusal.action, /^git pull --no-rebase origin main/);
      await clone.git("pull", "--quiet", "--no-rebase", "origin", "main");
      assert.deepEqual(codes(await check()), ["accepted"]);
    });
  });

  it("refuses a newer stack file of the stage", async () => {
    await inClone(async ({ origin, check }) => {
      await origin.commit({ [STACK]: "config: { a: 1 }\n" });
      assert.deepEqual(codes(await check()), ["behind-base"]);
    });
  });

  it("does not mind another stage's", async () => {
    await inClone(async ({ origin, check }) => {
      await origin.commit({ "statements/extest/b": "1", "Pulumi.extest.yaml": "x" });
      assert.deepEqual(codes(await check()), ["accepted"]);
    });
  });

  it("has nothing new in what came to it from here, whatever its commits are", async () => {
    await inClone(async ({ origin, clone, check }) => {
      const change = { [STACK]: "config: { a: 1 }\n", "statements/prod/b/statement.json": "{}\n" };
      await clone.git("switch", "--quiet", "--create", "change");
      await clone.commit(change);
      await origin.commit({ ...change, "other.txt": "squashed with this\n" });
      assert.deepEqual(codes(await check()), ["accepted"]);
      await clone.commit({ "statements/prod/c/statement.json": "{}\n" });
      assert.deepEqual(codes(await check()), ["accepted"]);
    });
  });

  it("is what was fetched last where fetching is not wanted", async () => {
    await inClone(async ({ origin, check }) => {
      await origin.commit({ "statements/prod/b": "{}\n" });
      const state = await check({ fetch: false });
      assert.equal(state.kind === "accepted" && state.value.fetched, false);
      assert.deepEqual(codes(await check()), ["behind-base"]);
      assert.deepEqual(codes(await check({ fetch: false })), ["behind-base"]);
    });
  });

  it("is the remote's where a branch here has the same name", async () => {
    await inClone(async ({ origin, clone, check }) => {
      await clone.git("switch", "--quiet", "--create", "change");
      await origin.commit({ "statements/prod/b": "{}\n" });
      for (const base of ["main", "origin/main", "refs/heads/main", "refs/remotes/origin/main"])
        assert.deepEqual(codes(await check({ base })), ["behind-base"], base);
    });
  });

  it("is the one of another remote where it is named so", async () => {
    await inClone(async ({ folder, origin, clone, check }) => {
      const upstream = await GitRepository.clone(origin.folder, join(folder, "upstream"));
      await upstream.git("switch", "--quiet", "--create", "release/1");
      await upstream.commit({ "statements/prod/b": "{}\n" });
      await clone.git("remote", "add", "upstream", upstream.folder);
      assert.deepEqual(codes(await check()), ["accepted"]);
      assert.deepEqual(codes(await check({ base: "upstream/release/1" })), ["behind-base"]);
    });
  });

  it("is found at a remote that was never fetched", async () => {
    await inClone(async ({ folder, origin, clone, check }) => {
      const lone = await GitRepository.make(join(folder, "lone"));
      await lone.git("fetch", "--quiet", clone.folder, "main");
      await lone.git("reset", "--quiet", "--hard", "FETCH_HEAD");
      await lone.git("remote", "add", "origin", origin.folder);
      await origin.commit({ "statements/prod/b": "{}\n" });
      assert.deepEqual(codes(await check({ folder: lone.folder })), ["behind-base"]);
    });
  });

  it("is a branch of this clone where there is no remote: nothing is fetched", async () => {
    await inTemporaryFolder((folder) =>
      inGitEnvironment(async () => {
        const alone = await GitRepository.make(folder, SCENE);
        await alone.git("switch", "--quiet", "--create", "change");
        const signal = new AbortController().signal;
        const question = { files: FILES, statementsOf: "prod", base: undefined, fetch: true, signal, folder };
        const state = await checkGitState(question);
        assert.deepEqual(state.kind === "accepted" && [state.value.base.name, state.value.fetched], ["main", false]);
        await alone.git("switch", "--quiet", "main");
        await alone.commit({ "statements/prod/b": "{}\n" });
        await alone.git("switch", "--quiet", "change");
        const [refusal] = refusalsIn(await checkGitState(question));
        assert.deepEqual([refusal?.code, refusal?.action.split(",")[0]], ["behind-base", "git merge main"]);
      }),
    );
  });

  it("that cannot be fetched is refused, together with everything else", async () => {
    await inClone(async ({ origin, clone, check }) => {
      await rm(origin.folder, { recursive: true });
      await clone.write(STACK, "x\n");
      const refusals = refusalsIn(await check());
      assert.deepEqual(
        refusals.map(({ code }) => code),
        ["cannot-fetch", "dirty-files"],
      );
      assert.match(refusals[0]?.action ?? "", /--no-fetch/);
      assert.deepEqual(codes(await check({ fetch: false })), ["dirty-files"]);
    });
  });

  it("that cannot be fetched does not tell a password of the address", async () => {
    await inClone(async ({ clone, check }) => {
      await clone.git("remote", "set-url", "origin", "https://anna:s3cr3t@127.0.0.1:1/platform.git");
      const [refusal] = refusalsIn(await check());
      assert.equal(refusal?.code, "cannot-fetch");
      assert.doesNotMatch(JSON.stringify(refusal), /s3cr3t|anna/);
    });
  });

  it("that there is not is refused", async () => {
    await inClone(async ({ check }) => {
      assert.deepEqual(codes(await check({ base: "nowhere" })), ["cannot-fetch"]);
      assert.deepEqual(codes(await check({ base: "nowhere", fetch: false })), ["no-base"]);
      assert.deepEqual(codes(await check({ base: "--output=x", fetch: false })), ["no-base"]);
    });
  });

  it("may be a tag or a commit, which nobody fetches", async () => {
    await inClone(async ({ origin, clone, check }) => {
      await clone.git("tag", "v1");
      await rm(origin.folder, { recursive: true });
      assert.deepEqual(codes(await check({ base: "v1" })), ["accepted"]);
      assert.deepEqual(codes(await check({ base: await clone.git("rev-parse", "HEAD") })), ["accepted"]);
    });
  });

  it("cannot be told in a shallow clone that does not reach back to it", async () => {
    await inClone(async ({ folder, origin, check }) => {
      await origin.git("switch", "--quiet", "--create", "change");
      await origin.commit({ a: "1" });
      await origin.git("switch", "--quiet", "main");
      await origin.commit({ b: "1" });
      const flags = ["--depth=1", "--no-single-branch", "--branch=change"];
      const shallow = await GitRepository.clone(origin.folder, join(folder, "shallow"), ...flags);
      assert.deepEqual(codes(await check({ folder: shallow.folder, fetch: false })), ["shallow-clone"]);
    });
  });
});
