import assert from "node:assert/strict";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { GitRepository } from "../adapters/git-repository.ts";
import { inClone, originAt } from "./publication-scene.ts";

describe("publishing", () => {
  describe("is told beforehand", () => {
    for (const [what, address, options, expected] of [
      ["a commit", "git@github.com:a/b", { commit: true }, ["commits these files on main"]],
      [
        "a branch at GitHub",
        "git@github.com:a/b",
        { branch: "x" },
        [
          "commits these files on a new branch x",
          "pushes x to origin",
          "opens a pull request into main, where gh is here",
        ],
      ],
      [
        "a branch at GitLab",
        "git@gitlab.com:a/b",
        { branch: "x" },
        ["commits these files on a new branch x", "pushes x to origin", "opens a merge request into main"],
      ],
      [
        "a branch that is not pushed",
        "git@github.com:a/b",
        { branch: "x", push: false },
        ["commits these files on a new branch x"],
      ],
      ["a push", "git@github.com:a/b", { push: true }, ["commits these files on main", "pushes main to origin"]],
    ] as const) {
      it(what, async () => {
        await inClone(async (scene) => {
          await originAt(scene, address);
          assert.deepEqual(await scene.steps(options), expected);
        });
      });
    }
  });

  describe("is refused before anything is written", () => {
    it("never, in an ordinary clone", async () => {
      await inClone(async ({ refuse }) => {
        for (const options of [{ commit: true }, { push: true }, { branch: "promote/1" }])
          assert.deepEqual(await refuse(options), []);
      });
    });

    for (const [what, options, code, change] of [
      ["outside of a repository", {}, "no-repository", (one) => rm(join(one.folder, ".git"), { recursive: true })],
      ["without a branch", {}, "detached-head", (one) => one.git("switch", "--quiet", "--detach")],
      ["with an address but nobody's name", {}, "no-git-identity", (one) => one.git("config", "--unset", "user.email")],
      ["while git's index is locked", {}, "index-locked", (one) => one.write(".git/index.lock", "")],
      [
        "in a repository without commits",
        {},
        "no-commits",
        (one) => one.git("symbolic-ref", "HEAD", "refs/heads/nothing"),
      ],
      ["in a merge", {}, "git-operation", (one) => symlink("HEAD", join(one.folder, ".git", "MERGE_HEAD"))],
      ["without a remote to push to", { push: true }, "no-remote", (one) => one.git("remote", "remove", "origin")],
      ["on a branch that is there", { branch: "promote/1" }, "branch-exists", (one) => one.git("branch", "promote/1")],
      ["on a branch below one", { branch: "promote/1" }, "branch-exists", (one) => one.git("branch", "promote")],
      ["on a branch above one", { branch: "promote" }, "branch-exists", (one) => one.git("branch", "promote/1")],
      [
        "on a branch that the remote has",
        { branch: "promote/1" },
        "branch-exists",
        (one) => one.git("push", "--quiet", "origin", "main:promote/1"),
      ],
      ["on a branch without a right name", { branch: "a..b" }, "invalid-branch", () => Promise.resolve()],
      ["on a branch called like an option", { branch: "--force" }, "invalid-branch", () => Promise.resolve()],
      [
        "on the branch before",
        { branch: "@{-1}" },
        "invalid-branch",
        (one) => one.git("switch", "--quiet", "--create", "x"),
      ],
      [
        "where the remote does not answer",
        { branch: "promote/1" },
        "cannot-reach-remote",
        (one) => one.git("remote", "set-url", "origin", "/nowhere"),
      ],
    ] as const satisfies readonly (readonly [
      string,
      object,
      string,
      (repository: GitRepository) => Promise<unknown>,
    ])[]) {
      it(what, async () => {
        await inClone(async ({ clone, refuse }) => {
          await change(clone);
          assert.deepEqual(await refuse({ commit: true, ...options }), [code]);
        });
      });
    }

    it("for all reasons at once", async () => {
      await inClone(async ({ clone, refuse }) => {
        await clone.git("config", "--unset", "user.email");
        await clone.write(".git/index.lock", "");
        await clone.git("branch", "promote/1");
        const codes = await refuse({ branch: "promote/1" });
        assert.deepEqual(codes, ["index-locked", "no-git-identity", "branch-exists"]);
      });
    });

    it("not without a branch checked out where one is made", async () => {
      await inClone(async ({ clone, refuse }) => {
        await clone.git("switch", "--quiet", "--detach");
        assert.deepEqual(await refuse({ branch: "promote/1" }), []);
      });
    });
  });
});
