import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitRepository } from "./adapters/git-repository.ts";
import { inTemporaryFolder } from "./adapters/temporary-folder.ts";
import { codes, inClone, refusalsIn, STACK } from "./git-state-scene.ts";

describe("the state of git", () => {
  it("has nothing against a clean clone of the newest base branch, and says where it stands", async () => {
    await inClone(async ({ clone, origin, check }) => {
      await origin.commit({ "other.txt": "y\n" });
      const state = await check();
      assert.equal(state.kind, "accepted", JSON.stringify(state));
      const { head, branch, base, fetched } = state.value;
      assert.equal(head, await clone.git("rev-parse", "HEAD"));
      assert.deepEqual([branch, base.name, fetched], ["main", "origin/main", true]);
      assert.equal(base.tip, await origin.git("rev-parse", "main"));
    });
  });

  it("does not mind other files, staged or not", async () => {
    await inClone(async ({ clone, check }) => {
      await clone.write("other.txt", "z\n");
      await clone.write("statements/extest/b/statement.json", "{}\n");
      await clone.git("add", "other.txt");
      assert.deepEqual(codes(await check()), ["accepted"]);
    });
  });

  it("does not mind the lock beside the stack file, which git ignores: another run has it, or was killed", async () => {
    await inClone(async ({ clone, check }) => {
      await clone.commit({ ".gitignore": "Pulumi.*.yaml.lock\n" });
      await mkdir(join(clone.folder, `${STACK}.lock`));
      assert.deepEqual(codes(await check()), ["accepted"]);
    });
  });

  for (const [what, change] of [
    ["an edited stack file", (one) => one.write(STACK, "config: { a: 1 }\n")],
    [
      "a staged stack file",
      async (one) => {
        await one.write(STACK, "config: { a: 1 }\n");
        await one.git("add", STACK);
      },
    ],
    ["a removed stack file", (one) => one.remove(STACK)],
    ["another mode", (one) => chmod(join(one.folder, STACK), 0o755)],
    ["a statement that git does not know", (one) => one.write("statements/prod/b/statement.json", "{}\n")],
    [
      "a statement that git ignores",
      async (one) => {
        await one.commit({ ".gitignore": "*.json\n" });
        await one.write("statements/prod/b/statement.json", "{}\n");
      },
    ],
    [
      "a stack file that git is told not to look at",
      async (one) => {
        await one.git("update-index", "--assume-unchanged", STACK);
        await one.write(STACK, "config: { a: 1 }\n");
      },
    ],
    [
      "a stack file that is left out of the working tree",
      (one) => one.git("update-index", "--skip-worktree", STACK).then(() => one.write(STACK, "x\n")),
    ],
    ["a stack file with the markers of a conflict", (one) => one.commit({ [STACK]: "<<<<<<< HEAD\na\n>>>>>>> b\n" })],
    ["a statement with an odd name", (one) => one.write('statements/prod/ü "b"\nc', "{}\n")],
  ] as const satisfies readonly (readonly [string, (repository: GitRepository) => Promise<unknown>])[]) {
    it(`refuses ${what}`, async () => {
      await inClone(async ({ clone, check }) => {
        await change(clone);
        assert.deepEqual(codes(await check()), ["dirty-files"]);
      });
    });
  }

  it("names every file that is not clean, in a project in a folder of the repository too", async () => {
    await inClone(
      async ({ clone, check }) => {
        assert.deepEqual(codes(await check()), ["accepted"]);
        await clone.write(`platform/${STACK}`, "x\n");
        await clone.write("platform/statements/prod/b", "x\n");
        await clone.write(STACK, "of somebody else\n");
        const [refusal] = refusalsIn(await check());
        assert.deepEqual(refusal?.found.split("\n"), [`${STACK}: edited`, "statements/prod/b: unknown to git"]);
      },
      {},
      "platform/",
    );
  });

  for (const operation of ["merge", "rebase", "cherry-pick", "revert"] as const) {
    it(`refuses a ${operation} that waits for its conflict to be settled`, async () => {
      await inClone(async ({ clone, check }) => {
        await clone.git("switch", "--quiet", "--create", "side");
        await clone.commit({ [STACK]: "config: { side: 1 }\n" });
        await clone.git("switch", "--quiet", "main");
        await clone.commit({ [STACK]: "config: { main: 1 }\n" });
        await clone.commit({ [STACK]: "config: { main: 2 }\n" });
        const args = operation === "revert" ? ["--no-edit", "HEAD~1"] : ["side"];
        await assert.rejects(clone.git(operation, ...args));
        const refusals = refusalsIn(await check());
        assert.deepEqual(
          refusals.map(({ code }) => code),
          ["git-operation", "dirty-files"],
        );
        assert.match(refusals[0]?.action ?? "", new RegExp(`git ${operation} --abort`));
        assert.match(refusals[1]?.found ?? "", /not merged/);
      });
    });
  }

  it("refuses a folder that is no repository", async () => {
    await inClone(async ({ folder, check }) => {
      await writeFile(join(folder, STACK), "x\n");
      assert.deepEqual(codes(await check({ folder })), ["no-repository"]);
    });
  });

  it("is asked without any hook or helper of the repository", async () => {
    await inClone(async ({ folder, clone, check }) => {
      const trap = join(folder, "trap");
      await writeFile(trap, `#!/bin/sh\ntouch ${folder}/sprung\n`, { mode: 0o755 });
      await clone.git("config", "core.fsmonitor", trap);
      await clone.git("config", "diff.external", trap);
      await clone.git("config", "core.pager", trap);
      assert.deepEqual(codes(await check({ fetch: false })), ["accepted"]);
      await assert.rejects(rm(join(folder, "sprung")), { code: "ENOENT" });
    });
  });

  it("calls ssh so that it asks nobody, unless the user calls it otherwise", async () => {
    await inTemporaryFolder(async (bin) => {
      await writeFile(join(bin, "ssh"), `#!/bin/sh\necho "ssh $*" >> ${bin}/calls\nexit 1\n`, { mode: 0o755 });
      await writeFile(join(bin, "own"), `#!/bin/sh\necho "own $*" >&2\nexit 1\n`, { mode: 0o755 });
      const variables = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
      await inClone(async ({ clone, check }) => {
        await clone.git("remote", "set-url", "origin", "git@example.invalid:ehealth/platform.git");
        assert.deepEqual(codes(await check()), ["cannot-fetch"]);
        assert.match(await readFile(join(bin, "calls"), "utf8"), /BatchMode=yes/);
        await clone.git("config", "core.sshCommand", join(bin, "own"));
        const [refusal] = refusalsIn(await check());
        assert.match(refusal?.found ?? "", /^own (?!.*BatchMode)/);
      }, variables);
    });
  });
});
