import assert from "node:assert/strict";
import { join } from "node:path";
import { commitsBetween, commitsOfSteps } from "../../src/adapters/commits-between.ts";
import { inGitEnvironment } from "./git-environment.ts";
import { GitRepository } from "./git-repository.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const { signal } = new AbortController();

interface Scene {
  readonly folder: string;
  readonly repository: GitRepository;
  /** Three commits in a row, the oldest first. */
  readonly commits: readonly [string, string, string];
}

async function inRepository(test: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryFolder((folder) =>
    inGitEnvironment(async () => {
      const repository = await GitRepository.make(join(folder, "repository"));
      const make = async (subject: string): Promise<string> => {
        await repository.git("commit", "--quiet", "--allow-empty", "--message", subject);
        return repository.git("rev-parse", "HEAD");
      };
      const commits = [await make("First"), await make("Second"), await make("Third \u001b[31m")] as const;
      await test({ folder, repository, commits });
    }),
  );
}

describe("the commits between two revisions", () => {
  it("are counted, and named by their first lines, newest first, without what steers a terminal", async () => {
    await inRepository(async ({ repository: { folder }, commits: [first, , third] }) => {
      assert.deepEqual(await commitsBetween(first, third, signal, folder), {
        ...{ count: 2, dropped: 0 },
        subjects: ["Third \\u{1b}[31m", "Second"],
      });
    });
  });

  it("are none between a revision and itself", async () => {
    await inRepository(async ({ repository: { folder }, commits: [first] }) => {
      assert.deepEqual(await commitsBetween(first, first, signal, folder), { count: 0, subjects: [], dropped: 0 });
    });
  });

  it("are those that go where it is a step back, or to the side", async () => {
    await inRepository(async ({ repository, commits: [first, second, third] }) => {
      const back = await commitsBetween(third, first, signal, repository.folder);
      assert.deepEqual(back, { count: 0, subjects: [], dropped: 2 });
      await repository.git("switch", "--quiet", "--detach", first);
      await repository.git("commit", "--quiet", "--allow-empty", "--message", "Aside");
      const side = await commitsBetween(second, await repository.git("rev-parse", "HEAD"), signal, repository.folder);
      assert.deepEqual(side, { count: 1, subjects: ["Aside"], dropped: 1 });
    });
  });

  it("are found by abbreviated revisions too, but never by the name of a branch", async () => {
    await inRepository(async ({ repository, commits: [first, second, third] }) => {
      const short = first.slice(0, 10);
      assert.equal((await commitsBetween(short, third, signal, repository.folder))?.count, 2);
      await repository.git("branch", "abcdef0123", second);
      assert.equal(await commitsBetween("abcdef0123", third, signal, repository.folder), undefined);
    });
  });

  it("are at most twenty by name, all by number", async () => {
    await inRepository(async ({ repository, commits: [first] }) => {
      const tree = await repository.git("rev-parse", "HEAD^{tree}");
      let parent = await repository.git("rev-parse", "HEAD");
      for (let index = 0; index < 25; index++)
        parent = await repository.git("commit-tree", tree, "-p", parent, "-m", `Commit ${index}`);
      const between = await commitsBetween(first, parent, signal, repository.folder);
      assert.deepEqual([between?.count, between?.subjects.length, between?.subjects[0]], [27, 20, "Commit 24"]);
    });
  });

  it("are not known where the repository does not have both, or a revision is none", async () => {
    await inRepository(async ({ repository: { folder }, commits: [first, , third] }) => {
      for (const other of ["0".repeat(40), "main", "HEAD", "--all", `${third}\n`, `${third}^{tree}`, "", "ab"]) {
        assert.equal(await commitsBetween(first, other, signal, folder), undefined, other);
        assert.equal(await commitsBetween(other, first, signal, folder), undefined, other);
      }
    });
  });

  it("are not known of what is no commit", async () => {
    await inRepository(async ({ repository, commits: [first] }) => {
      const tree = await repository.git("rev-parse", "HEAD^{tree}");
      assert.equal(await commitsBetween(first, tree, signal, repository.folder), undefined);
    });
  });

  it("are not guessed in a shallow clone, nor outside of a repository", async () => {
    await inRepository(async ({ folder, repository, commits: [, second, third] }) => {
      const shallow = await GitRepository.clone(repository.folder, join(folder, "shallow"), "--depth=2");
      assert.equal(await commitsBetween(second, third, signal, shallow.folder), undefined);
      assert.equal(await commitsBetween(second, third, signal, folder), undefined);
    });
  });

  it("are answered for many at once, each in its place", async () => {
    await inRepository(async ({ repository: { folder }, commits: [first, second, third] }) => {
      const steps = [
        { from: first, to: second },
        { from: undefined, to: third },
        { from: "0".repeat(40), to: third },
        { from: first, to: third },
        { from: first, to: second },
      ];
      const answers = await commitsOfSteps(steps, signal, folder);
      assert.deepEqual(
        answers.map((answer) => answer?.count),
        [1, undefined, undefined, 2, 1],
      );
    });
  });

  it("are the same from a folder of the repository, whatever git is configured to show", async () => {
    await inRepository(async ({ repository, commits: [first, , third] }) => {
      await repository.write("platform/a", "1");
      await repository.git("config", "log.showSignature", "true");
      await repository.git("config", "color.ui", "always");
      await repository.git("config", "format.pretty", "fuller");
      const between = await commitsBetween(first, third, signal, join(repository.folder, "platform"));
      assert.deepEqual(between?.subjects, ["Third \\u{1b}[31m", "Second"]);
    });
  });
});
