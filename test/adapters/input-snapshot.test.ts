import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { run } from "../../src/adapters/processes.ts";
import { changedSince, snapshotDigest, takeSnapshot } from "../../src/adapters/input-snapshot.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const FILES = [
  ...["Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.extest.yaml", "package-lock.json", "README.md"],
  ...["src/applications/portal.ts", "policy/rules/pinned.ts", "trust/roles.yaml", "trust/root/1.json"],
  ...["statements/prod/a/statement.json", "statements/extest/b/statement.json"],
];

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function inProject(test: (project: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (project) => {
    for (const file of FILES) await write(join(project, file), file);
    await test(project);
  });
}

const take = (project: string) => takeSnapshot("prod", { project, trust: join(project, "trust") });

describe("a snapshot of what the program reads", () => {
  it("names nothing where nothing has changed, not even the time of a file", async () => {
    await inProject(async (project) => {
      const snapshot = take(project);
      await write(join(project, "src/applications/portal.ts"), "src/applications/portal.ts");
      assert.deepEqual(changedSince(snapshot), []);
      assert.equal(snapshotDigest(take(project)), snapshotDigest(snapshot));
    });
  });

  for (const file of [
    ...["Pulumi.yaml", "Pulumi.prod.yaml", "package-lock.json", "src/applications/portal.ts"],
    ...["policy/rules/pinned.ts", "trust/roles.yaml", "trust/root/1.json", "statements/prod/a/statement.json"],
  ]) {
    it(`names ${file} where somebody changed or removed it`, async () => {
      await inProject(async (project) => {
        const snapshot = take(project);
        await write(join(project, file), "something else");
        assert.deepEqual(changedSince(snapshot), [file]);
        assert.notEqual(snapshotDigest(take(project)), snapshotDigest(snapshot));
        await rm(join(project, file));
        assert.deepEqual(changedSince(snapshot), [file]);
      });
    });
  }

  it("names what was added", async () => {
    await inProject(async (project) => {
      const snapshot = take(project);
      await write(join(project, "src/applications/late.ts"), "");
      await write(join(project, "statements/prod/c/statement.json"), "{}");
      assert.deepEqual(changedSince(snapshot), ["src/applications/late.ts", "statements/prod/c/statement.json"]);
    });
  });

  it("leaves out what belongs to other stages, to people, and to an editor", async () => {
    await inProject(async (project) => {
      const snapshot = take(project);
      for (const file of ["Pulumi.extest.yaml", "README.md", "statements/extest/b/statement.json"])
        await write(join(project, file), "something else");
      for (const file of [".portal.ts.swp", "portal.ts~", "#portal.ts#", ".#portal.ts"])
        await write(join(project, "src/applications", file), "");
      await symlink("anna@host.4711", join(project, "policy/.#index.ts"));
      assert.deepEqual(changedSince(snapshot), []);
    });
  });

  it("names whatever else lies there, hidden or not, however deep", async () => {
    // Of a file's name, what an editor would call its own is left out.
    const name = fc
      .stringMatching(/^\.?[a-zA-Z][a-zA-Z0-9._-]{0,8}[a-zA-Z0-9]$/)
      .filter((one) => !/\.sw[a-p]$/.test(one));
    const path = fc.tuple(fc.constantFrom("src", "policy", "trust"), fc.array(name, { minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(path, async ([folder, names]) => {
        await inProject(async (project) => {
          const file = [folder, "at", ...names].join("/");
          await write(join(project, file), "before");
          const snapshot = take(project);
          await write(join(project, file), "after");
          assert.deepEqual(changedSince(snapshot), [file]);
          await rm(join(project, file));
          assert.deepEqual(changedSince(snapshot), [file]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("reads through links, also of folders, and ends where they lead in a circle", async () => {
    await inProject(async (project) => {
      await write(join(project, "shared/policies/images.ts"), "before");
      await symlink("../shared", join(project, "src/shared"));
      await symlink("../src", join(project, "policy/all"));
      await symlink("../policy", join(project, "src/policy"));
      await symlink(".", join(project, "src/itself"));
      await symlink("nowhere.ts", join(project, "src/broken.ts"));
      await symlink("round.ts", join(project, "src/round.ts"));
      const snapshot = take(project);
      assert.deepEqual(changedSince(snapshot), []);
      await write(join(project, "shared/policies/images.ts"), "after");
      assert.ok(changedSince(snapshot).some((name) => name.endsWith("policies/images.ts")));
      await write(join(project, "shared/policies/images.ts"), "before");
      assert.deepEqual(changedSince(snapshot), []);
      await write(join(project, "src/nowhere.ts"), "");
      assert.ok(changedSince(snapshot).includes("src/broken.ts"));
    });
  });

  it("names a link that leads elsewhere, to the same content", async () => {
    await inProject(async (project) => {
      for (const folder of ["one", "other"]) await write(join(project, folder, "file.ts"), "the same");
      const link = join(project, "src/linked");
      await symlink("../one", link);
      const snapshot = take(project);
      await rm(link);
      await symlink("../other", link);
      assert.deepEqual(changedSince(snapshot), ["src/linked"]);
    });
  });

  it("does not wait for a pipe, and leaves out what is installed", async () => {
    await inProject(async (project) => {
      await run("mkfifo", [join(project, "src/pipe")]);
      const snapshot = take(project);
      await write(join(project, "policy/node_modules/sdk/index.js"), "");
      assert.deepEqual(changedSince(snapshot), []);
    });
  });
});
