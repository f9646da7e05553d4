import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { publishedToJson, renderPublished } from "../../src/cli/publication.ts";
import {
  argumentsOf,
  filesOfHead,
  hook,
  inClone,
  originAt,
  refusalOf,
  STACK,
  standIn,
  STATEMENT,
} from "./publication-scene.ts";

describe("publishing a branch", () => {
  describe("on a branch", () => {
    it("makes it, stays on it, pushes it and follows the remote's", async () => {
      await inClone(async ({ origin, clone, publish }) => {
        const main = await clone.git("rev-parse", "main");
        const published = await publish({ branch: "promote/1" });
        assert.equal(await clone.git("symbolic-ref", "HEAD"), "refs/heads/promote/1");
        assert.equal(await clone.git("rev-parse", "main"), main);
        assert.equal(await origin.git("rev-parse", "promote/1"), published.commit);
        assert.equal(await clone.git("rev-parse", "--abbrev-ref", "@{upstream}"), "origin/promote/1");
        assert.deepEqual([published.remote, published.target, published.page], ["origin", "main", undefined]);
        assert.match(renderPublished(published), /next: ask for promote\/1 to be merged into main/);
      });
    });

    it("leaves it with the commit at --no-push, and says how to push it", async () => {
      await inClone(async ({ origin, publish }) => {
        const published = await publish({ branch: "promote/1", push: false });
        assert.equal(await origin.git("branch", "--list", "promote/1"), "");
        assert.match(renderPublished(published), /next: git push --set-upstream origin promote\/1$/);
        assert.equal(publishedToJson(published).pushed, false);
      });
    });

    it("pushes nowhere where there is no remote", async () => {
      await inClone(async ({ clone, publish }) => {
        await clone.git("remote", "remove", "origin");
        const published = await publish({ branch: "promote/1" });
        assert.deepEqual([published.remote, published.pushCommand], [undefined, undefined]);
      });
    });

    it("that the remote refuses stays as it is, and the command to push it works", async () => {
      await inClone(async ({ origin, clone, publish }) => {
        const receiving = join(origin.folder, ".git");
        await hook(receiving, "pre-receive", "echo closed for the night >&2; exit 1");
        const refusal = await refusalOf(publish({ branch: "promote/1" }));
        assert.equal(refusal.code, "push-failed");
        assert.match(refusal.found, /closed for the night/);
        assert.deepEqual(await filesOfHead(clone), [STACK, STATEMENT]);
        await rm(join(receiving, "hooks", "pre-receive"));
        await run("sh", ["-c", refusal.action.split(";")[0] ?? ""], { cwd: clone.folder });
        assert.equal(await origin.git("rev-parse", "promote/1"), await clone.git("rev-parse", "HEAD"));
      });
    });
  });

  describe("at GitHub", () => {
    const ADDRESS = "git@github.com:ehealth/platform.git";

    it("opens the pull request with gh", async () => {
      await inClone(async (scene) => {
        await originAt(scene, ADDRESS);
        const rest = `cat > "${scene.bin}/body"; echo https://github.com/ehealth/platform/pull/7`;
        await standIn(scene.bin, "gh", rest);
        const published = await scene.publish({ branch: "promote/1" });
        assert.deepEqual(await argumentsOf(scene.bin, "gh"), [
          ...["pr", "create", "--repo", "github.com/ehealth/platform", "--head", "promote/1", "--base", "main"],
          ...["--title", "Promote appointments from preprod to prod", "--body-file", "-"],
        ]);
        assert.match(await readFile(join(scene.bin, "body"), "utf8"), /^Fixes .*Lockstep-From: preprod\n$/s);
        assert.deepEqual(publishedToJson(published), {
          ...{ commit: published.commit, branch: "promote/1", pushed: true },
          pullRequest: { url: "https://github.com/ehealth/platform/pull/7" },
          pullRequestPage: "https://github.com/ehealth/platform/compare/main...promote/1?expand=1",
        });
      });
    });

    it("names the page to open it at where gh cannot", async () => {
      await inClone(async (scene) => {
        await originAt(scene, ADDRESS);
        await standIn(scene.bin, "gh", "cat > /dev/null; echo not logged in >&2; exit 4");
        const published = await scene.publish({ branch: "promote/1", base: "main" });
        assert.deepEqual([published.pullRequest, published.problem], [undefined, "not logged in"]);
        const text = renderPublished(published);
        assert.match(text, /not logged in\n.*https:\/\/github\.com\/ehealth\/platform\/compare\/main\.\.\.promote\/1/);
      });
    });

    it("asks for it from a fork where git pushes to one", async () => {
      await inClone(async (scene) => {
        await originAt(scene, ADDRESS);
        await scene.clone.git("remote", "add", "mine", "ssh://git@github.com/anna/platform");
        await scene.clone.git("config", "remote.pushDefault", "mine");
        await standIn(scene.bin, "gh", "cat > /dev/null; echo https://github.com/ehealth/platform/pull/8");
        const published = await scene.publish({ branch: "promote/1" });
        assert.equal(published.remote, "mine");
        const args = await argumentsOf(scene.bin, "gh");
        assert.deepEqual(args.slice(2, 6), ["--repo", "github.com/ehealth/platform", "--head", "anna:promote/1"]);
      });
    });

    it("opens none for a commit on a branch that was there before", async () => {
      await inClone(async (scene) => {
        await originAt(scene, ADDRESS);
        await standIn(scene.bin, "gh", "exit 1");
        await scene.clone.git("switch", "--quiet", "--create", "promote/1");
        const published = await scene.publish({ push: true });
        assert.equal(await scene.origin.git("rev-parse", "promote/1"), published.commit);
        assert.deepEqual(await argumentsOf(scene.bin, "gh"), []);
        assert.match(renderPublished(published), /compare\/main\.\.\.promote\/1/);
      });
    });

    it("has no page for a commit on the base branch itself", async () => {
      await inClone(async (scene) => {
        await originAt(scene, ADDRESS);
        const published = await scene.publish({ push: true });
        assert.deepEqual([published.remote, published.page, published.pullRequest], ["origin", undefined, undefined]);
      });
    });
  });

  describe("at GitLab", () => {
    it("opens the merge request by options of the push", async () => {
      await inClone(async (scene) => {
        await originAt(scene, "ssh://git@gitlab.example.com:2222/ehealth/care/platform.git");
        const receiving = join(scene.origin.folder, ".git");
        await scene.origin.git("config", "receive.advertisePushOptions", "true");
        const url = "https://gitlab.example.com/ehealth/care/platform/-/merge_requests/9";
        const record = `env | grep ^GIT_PUSH_OPTION_[0-9] | sort > "${scene.bin}/options"`;
        await hook(receiving, "pre-receive", `${record}; echo "View merge request: ${url}" >&2`);
        const published = await scene.publish({ branch: "promote/1" });
        assert.deepEqual((await readFile(join(scene.bin, "options"), "utf8")).trimEnd().split("\n"), [
          "GIT_PUSH_OPTION_0=merge_request.create",
          "GIT_PUSH_OPTION_1=merge_request.target=main",
          "GIT_PUSH_OPTION_2=merge_request.title=Promote appointments from preprod to prod",
        ]);
        assert.equal(published.pullRequest, url);
      });
    });

    it("that takes no such options is told as it is, with a command that does without", async () => {
      await inClone(async (scene) => {
        await originAt(scene, "git@gitlab.com:ehealth/platform.git");
        const refusal = await refusalOf(scene.publish({ branch: "promote/1" }));
        assert.equal(refusal.code, "push-failed");
        await run("sh", ["-c", refusal.action.split(";")[0] ?? ""], { cwd: scene.clone.folder });
        assert.notEqual(await scene.origin.git("branch", "--list", "promote/1"), "");
      });
    });
  });
});
