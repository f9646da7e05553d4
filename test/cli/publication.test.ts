import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../../src/adapters/processes.ts";
import { renderPublished } from "../../src/cli/publication.ts";
import type { GitRepository } from "../adapters/git-repository.ts";
import { filesOfHead, hook, inClone, refusalOf, STACK, STATEMENT, STATEMENT_DIGEST } from "./publication-scene.ts";

/** What git says is not committed: paths with their two letters, as of HEAD, index and working tree. */
async function statusOf(clone: GitRepository): Promise<readonly string[]> {
  // Without a first letter, the line begins with a blank that trimming took.
  const text = await clone.git("status", "--porcelain", "--untracked-files=all", "--branch");
  return text.split("\n").slice(1);
}

describe("publishing what a verb has written", () => {
  it("does nothing, and asks git nothing, where nobody wants it", async () => {
    await inClone(async ({ clone, publish }) => {
      const before = await clone.git("rev-parse", "HEAD");
      await rm(join(clone.folder, ".git", "config"));
      const published = await publish({});
      assert.deepEqual([published.commit, renderPublished(published)], [undefined, ""]);
      assert.equal(await clone.git("rev-parse", "HEAD"), before);
    });
  });

  describe("as a commit", () => {
    it("takes exactly the files, and leaves what else is staged, edited or unknown as it is", async () => {
      await inClone(async ({ clone, publish }) => {
        await clone.write("staged", "1\n");
        await clone.git("add", "staged");
        await clone.write("other", "edited\n");
        await clone.write("statements/prod/unknown", "1\n");
        const { commit, branch, remote } = await publish({ commit: true });
        assert.equal(commit, await clone.git("rev-parse", "HEAD"));
        assert.deepEqual([branch, remote], ["main", undefined]);
        assert.deepEqual(await filesOfHead(clone), [STACK, STATEMENT]);
        assert.deepEqual(await statusOf(clone), [" M other", "A  staged", "?? statements/prod/unknown"]);
      });
    });

    it("has title, body and trailers that git reads", async () => {
      await inClone(async ({ clone, publish }) => {
        await clone.git("config", "commit.cleanup", "strip");
        await publish({ commit: true });
        const [title, trailers, body] = await Promise.all([
          clone.git("log", "-1", "--format=%s"),
          clone.git("log", "-1", "--format=%(trailers:only)"),
          clone.git("log", "-1", "--format=%b"),
        ]);
        assert.equal(title, "Promote appointments from preprod to prod");
        assert.equal(trailers, `Lockstep-Statement: ${STATEMENT_DIGEST}\nLockstep-Stage: prod\nLockstep-From: preprod`);
        assert.match(body, /^Fixes the calendar\.\n\n --- a line of dashes\n# and one of a comment\n\nLockstep-/);
      });
    });

    it("takes files that git is told to ignore, and names that mean something else to it", async () => {
      await inClone(async ({ clone, publish }) => {
        await clone.commit({ ".gitignore": "*.sig\n" });
        const files = ["statements/prod/a.sig", "statements/prod/*", ":(top)", "statements/ü 'b'.json", "-x"];
        for (const file of files) await clone.write(file, "1\n");
        await clone.write("statements/prod/beside", "1\n");
        await publish({ commit: true }, { files });
        const committed = await clone.git("show", "-z", "--name-only", "--format=", "HEAD");
        assert.deepEqual(
          committed
            .split("\0")
            .filter((name) => name !== "")
            .toSorted(),
          files.toSorted(),
        );
      });
    });

    it("is made from a project in a folder of the repository", async () => {
      await inClone(async ({ clone, publish }) => {
        await clone.write(STACK, "of the root\n");
        await publish({ commit: true });
        assert.deepEqual(await filesOfHead(clone), [`platform/${STACK}`, `platform/${STATEMENT}`]);
      }, "platform/");
    });

    it("is signed where git is told to sign, and passes the repository's hooks", async () => {
      await inClone(async ({ clone, bin, publish }) => {
        const key = join(bin, "key");
        await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
        await writeFile(join(bin, "signers"), `anna@example.com ${await readFile(`${key}.pub`, "utf8")}`);
        for (const [name, value] of [
          ["gpg.format", "ssh"],
          ["user.signingkey", key],
          ["commit.gpgSign", "true"],
          ["gpg.ssh.allowedSignersFile", join(bin, "signers")],
        ] as const)
          await clone.git("config", name, value);
        await hook(join(clone.folder, ".git"), "commit-msg", 'echo "Change-Id: I1" >> "$1"');
        await publish({ commit: true });
        assert.match(await clone.git("log", "-1", "--format=%b"), /Change-Id: I1/);
        await clone.git("verify-commit", "HEAD");
      });
    });

    it("that a hook refuses leaves branch and index as they were, and says how to go on", async () => {
      await inClone(async ({ clone, publish }) => {
        const head = await clone.git("rev-parse", "HEAD");
        await hook(join(clone.folder, ".git"), "pre-commit", "echo the gate is closed >&2; exit 1");
        const refusal = await refusalOf(publish({ branch: "promote/1", push: false }));
        assert.equal(refusal.code, "commit-failed");
        assert.match(refusal.found, /the gate is closed/);
        assert.equal(await clone.git("symbolic-ref", "HEAD"), "refs/heads/main");
        assert.equal(await clone.git("branch", "--list", "promote/1"), "");
        assert.equal(await clone.git("rev-parse", "HEAD"), head);
        assert.deepEqual(await statusOf(clone), [` M ${STACK}`, `?? ${STATEMENT}`]);

        await rm(join(clone.folder, ".git", "hooks", "pre-commit"));
        const commands = refusal.action.slice(refusal.action.indexOf("\n"));
        await run("sh", ["-c", commands], { cwd: clone.folder });
        assert.equal(await clone.git("symbolic-ref", "HEAD"), "refs/heads/promote/1");
        assert.deepEqual(await filesOfHead(clone), [STACK, STATEMENT]);
        assert.match(await clone.git("log", "-1", "--format=%(trailers:only)"), /Lockstep-Stage: prod/);
      });
    });

    it("says so where a hook adds another file, and pushes nothing", async () => {
      await inClone(async ({ origin, clone, publish }) => {
        const before = await origin.git("for-each-ref");
        await hook(join(clone.folder, ".git"), "pre-commit", "echo y > other; git add other");
        const refusal = await refusalOf(publish({ branch: "promote/1" }));
        assert.deepEqual([refusal.code, refusal.found], ["commit-deviates", "other is in it as well"]);
        assert.equal(await origin.git("for-each-ref"), before);
      });
    });

    it("says so where a hook rewrites what was signed", async () => {
      await inClone(async ({ clone, publish }) => {
        const script = `echo '{ }' > ${STATEMENT}; git add ${STATEMENT}`;
        await hook(join(clone.folder, ".git"), "pre-commit", script);
        const refusal = await refusalOf(publish({ commit: true }));
        assert.deepEqual([refusal.code, refusal.found], ["commit-deviates", `${STATEMENT} is not what was written`]);
      });
    });

    it("says so where a hook commits something else afterwards", async () => {
      await inClone(async ({ clone, publish }) => {
        const amend = `echo '{ }' > ${STATEMENT}; git commit --quiet --amend --no-edit ${STATEMENT}`;
        await hook(join(clone.folder, ".git"), "post-commit", `[ -e .git/done ] || { touch .git/done; ${amend}; }`);
        const refusal = await refusalOf(publish({ commit: true }));
        assert.deepEqual([refusal.code, refusal.found], ["commit-deviates", `${STATEMENT} is not what was written`]);
      });
    });

    it("that is interrupted leaves branch and index as they were", async () => {
      await inClone(async ({ clone, publish, interrupt }) => {
        const begun = join(clone.folder, ".git", "begun");
        await hook(join(clone.folder, ".git"), "pre-commit", `touch ${begun}; exec sleep 60`);
        const published = publish({ branch: "promote/1" });
        const interrupted = assert.rejects(published, { code: "cancelled" });
        while (!existsSync(begun)) await delay(10);
        interrupt();
        await interrupted;
        assert.equal(await clone.git("symbolic-ref", "HEAD"), "refs/heads/main");
        assert.equal(await clone.git("branch", "--list", "promote/1"), "");
        assert.deepEqual(await statusOf(clone), [` M ${STACK}`, `?? ${STATEMENT}`]);
      });
    });

    it("says so where nothing of a file was committed", async () => {
      await inClone(async ({ clone, publish }) => {
        const refusal = await refusalOf(publish({ commit: true }, { files: [STACK, "other"] }));
        assert.deepEqual([refusal.code, refusal.found], ["commit-deviates", "other is not in it"]);
        assert.deepEqual(await filesOfHead(clone), [STACK]);
      });
    });
  });
});
