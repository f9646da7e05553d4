import assert from "node:assert/strict";
import { chmod, symlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { GitFolder, parseNameStatus } from "../../src/adapters/git.ts";
import { GitRepository } from "./git-repository.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const FILE = "statements/prod/a/statement.json";

/** What is different in a repository after a change, by path. */
async function changesAfter(change: (repository: GitRepository) => Promise<unknown>): Promise<Record<string, string>> {
  return inTemporaryFolder(async (folder) => {
    const repository = await GitRepository.make(folder, { [FILE]: "{}", "other.txt": "x", ".gitignore": "*.log\n" });
    const base = await repository.git("rev-parse", "HEAD");
    await change(repository);
    const changes = await new GitFolder(folder).changesSince(base, ["statements"]);
    return Object.fromEntries(changes.map(({ path, status }) => [path, status]));
  });
}

describe("git's answer to what changed", () => {
  it("is nothing where nothing below the folders did", async () => {
    assert.deepEqual(await changesAfter((repository) => repository.commit({ "other.txt": "y" })), {});
  });

  for (const [what, change, expected] of [
    ["an added file", (one) => one.commit({ "statements/b": "1" }), { "statements/b": "added" }],
    ["a file that is not committed", (one) => one.write("statements/b", "1"), { "statements/b": "added" }],
    ["a file that git is told to ignore", (one) => one.write("statements/b.log", "1"), { "statements/b.log": "added" }],
    ["an edited file", (one) => one.commit({ [FILE]: "[]" }), { [FILE]: "edited" }],
    ["an edited file that is not committed", (one) => one.write(FILE, "[]"), { [FILE]: "edited" }],
    ["a removed file", (one) => one.remove(FILE), { [FILE]: "removed" }],
    ["a file that was taken out of the index", (one) => one.git("rm", "--cached", FILE), { [FILE]: "removed" }],
    ["another mode", (one) => chmod(join(one.folder, FILE), 0o755), { [FILE]: "edited" }],
  ] as const satisfies readonly (readonly [
    string,
    (repository: GitRepository) => Promise<unknown>,
    Record<string, string>,
  ])[]) {
    it(`names ${what}`, async () => {
      assert.deepEqual(await changesAfter(change), expected);
    });
  }

  it("names a renamed file as removed and added, whatever git is configured to", async () => {
    const changes = await changesAfter(async (repository) => {
      await repository.git("config", "diff.renames", "copies");
      await repository.git("mv", FILE, "statements/prod/b.json");
    });
    assert.deepEqual(changes, { [FILE]: "removed", "statements/prod/b.json": "added" });
  });

  it("names a file that became a link as edited", async () => {
    const changes = await changesAfter(async (repository) => {
      await repository.remove(FILE);
      await symlink("/etc/hostname", join(repository.folder, FILE));
    });
    assert.deepEqual(changes, { [FILE]: "edited" });
  });

  it("is not changed by a diff driver, an external diff or attributes of the change", async () => {
    const changes = await changesAfter(async (repository) => {
      await repository.git("config", "diff.external", "/bin/true");
      await repository.commit({ ".gitattributes": "* -diff diff=none\n", [FILE]: "[]" });
    });
    assert.deepEqual(changes, { [FILE]: "edited" });
  });

  it("keeps names with spaces, quotes, line ends and other scripts as they are", async () => {
    const names = ["statements/a b", 'statements/"q"', "statements/l\nine", "statements/über", "statements/-x"];
    const changes = await changesAfter((repository) =>
      repository.commit(Object.fromEntries(names.map((name) => [name, "1"]))),
    );
    assert.deepEqual(Object.keys(changes).toSorted(), names.toSorted());
  });

  it("is about a project in a folder of the repository, and relative to it", async () => {
    await inTemporaryFolder(async (folder) => {
      const repository = await GitRepository.make(folder, { [`platform/${FILE}`]: "{}", [FILE]: "{}" });
      const base = await repository.git("rev-parse", "HEAD");
      await repository.commit({ [`platform/${FILE}`]: "[]", [FILE]: "[]" });
      assert.deepEqual(await new GitFolder(join(folder, "platform")).changesSince(base, ["statements"]), [
        { path: FILE, status: "edited" },
      ]);
    });
  });
});

describe("git's list of names and statuses", () => {
  it("is read back as it was written", () => {
    const path = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
    const letter = fc.constantFrom("A", "D", "M", "T", "U", "X");
    fc.assert(
      fc.property(fc.array(fc.tuple(letter, path)), (rows) => {
        const read = parseNameStatus(
          rows
            .flat()
            .map((field) => `${field}\0`)
            .join(""),
        );
        assert.deepEqual(
          read.map((change) => change.path),
          rows.map(([, name]) => name),
        );
        assert.ok(read.every(({ status }, index) => (status === "added") === (rows[index]?.[0] === "A")));
      }),
    );
  });

  for (const text of ["A\0", "A\0b", "\0b\0", "A\0\0", "a b\0c\0"]) {
    it(`is a broken contract as ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseNameStatus(text));
    });
  }
});
