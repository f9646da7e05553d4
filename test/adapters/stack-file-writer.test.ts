import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeStackFile } from "../../src/adapters/stack-file-writer.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import type { YamlChange } from "../../src/model/yaml-edit.ts";
import { sourceOf } from "../model/sample-stage.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const TEXT = "# by hand\nconfig:\n  lockstep:schemaLevels: {a: 1} # of the databases\n";
const level = (name: string, value: number): YamlChange => ({ path: ["config", "lockstep:schemaLevels", name], value });

/** Writes on a file in a folder of its own; gives the code of the refusal, or undefined. */
async function codeOf(writing: Promise<void>): Promise<string | undefined> {
  try {
    await writing;
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError) return error.refusals[0]?.code;
    throw error;
  }
}

async function withFile(test: (root: string, file: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (root) => {
    const file = join(root, "Pulumi.test.yaml");
    await writeFile(file, TEXT);
    await test(root, file);
  });
}

describe("writeStackFile", () => {
  it("writes the changes and leaves nothing else behind", async () => {
    await withFile(async (root, file) => {
      await writeStackFile("test", sourceOf(TEXT), [level("b", 2)], root);
      assert.equal(await readFile(file, "utf8"), TEXT.replace("{a: 1}", "{a: 1, b: 2}"));
      assert.deepEqual(await readdir(root), ["Pulumi.test.yaml"]);
    });
  });

  it("keeps the file's permissions", async () => {
    await withFile(async (root, file) => {
      await chmod(file, 0o640);
      await writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root);
      const { stat } = await import("node:fs/promises");
      assert.equal((await stat(file)).mode & 0o777, 0o640);
    });
  });

  it("never writes onto a text that it was not planned on", async () => {
    await withFile(async (root, file) => {
      await writeFile(file, `${TEXT}# meanwhile\n`);
      assert.equal(await codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root)), "file-changed");
      assert.equal(await readFile(file, "utf8"), `${TEXT}# meanwhile\n`);
      assert.deepEqual(await readdir(root), ["Pulumi.test.yaml"]);
    });
  });

  it("says so where the file is gone", async () => {
    await withFile(async (root, file) => {
      await rm(file);
      assert.equal(await codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root)), "file-changed");
    });
  });

  it("lets one of many writers at once win, and tells all others that the file changed", async () => {
    await withFile(async (root, file) => {
      const writers = Array.from({ length: 8 }, (_, n) =>
        codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", n + 2)], root)),
      );
      const codes = await Promise.all(writers);
      const winner = codes.indexOf(undefined);
      assert.deepEqual(
        codes.filter((code) => code !== undefined),
        Array.from({ length: 7 }, () => "file-changed"),
      );
      assert.equal(await readFile(file, "utf8"), TEXT.replace("a: 1", `a: ${winner + 2}`));
    });
  });

  it("writes nothing where the file cannot be edited in place", async () => {
    await withFile(async (root, file) => {
      const text = "config:\n  lockstep:schemaLevels: [a]\n";
      await writeFile(file, text);
      const changes: YamlChange[] = [{ path: ["config"], value: undefined }];
      assert.equal(await codeOf(writeStackFile("test", sourceOf(text), changes, root)), "edit-in-place");
      assert.equal(await readFile(file, "utf8"), text);
    });
  });

  it("takes a lock over that a killed run left behind, and is not disturbed by its temporary file", async () => {
    await withFile(async (root, file) => {
      await mkdir(`${file}.lock`);
      const longAgo = new Date(Date.now() - 60_000);
      await utimes(`${file}.lock`, longAgo, longAgo);
      await writeFile(`${file}.1234567`, "half a fi");
      await writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root);
      assert.equal(await readFile(file, "utf8"), TEXT.replace("a: 1", "a: 2"));
    });
  });

  it("outlasts a lock that a run left behind which was killed a moment ago", async () => {
    await withFile(async (root, file) => {
      await mkdir(`${file}.lock`);
      const lately = new Date(Date.now() - 3_000);
      await utimes(`${file}.lock`, lately, lately);
      await writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root);
      assert.equal(await readFile(file, "utf8"), TEXT.replace("a: 1", "a: 2"));
    });
  }).timeout(20_000);

  it("does not wait for ever for a lock that another run holds", async () => {
    await withFile(async (root, file) => {
      const { lock } = await import("proper-lockfile");
      const release = await lock(file);
      try {
        assert.equal(await codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root)), "file-locked");
        assert.equal(await readFile(file, "utf8"), TEXT);
      } finally {
        await release();
      }
    });
  }).timeout(30_000);

  it("says so where the file, or its folder, may not be written", async function () {
    // Root may write everything.
    if (process.getuid?.() === 0) this.skip();
    await withFile(async (root, file) => {
      await chmod(file, 0o444);
      assert.equal(await codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root)), "file-not-writable");
      await chmod(root, 0o555);
      assert.equal(await codeOf(writeStackFile("test", sourceOf(TEXT), [level("a", 2)], root)), "file-not-writable");
      await chmod(root, 0o755);
      assert.equal(await readFile(file, "utf8"), TEXT);
    });
  });
});
