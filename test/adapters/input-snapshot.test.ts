import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
      for (const file of [".portal.ts.swp", "portal.ts~"]) await write(join(project, "src/applications", file), "");
      assert.deepEqual(changedSince(snapshot), []);
    });
  });
});
