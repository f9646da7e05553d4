import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refuseUnusableFiles, type NamedFiles } from "../../../src/cli/check/usage.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { inTemporaryFolder } from "../../adapters/temporary-folder.ts";

/** The options that are refused, of files named by the test in a folder with a project, a pack, a log and nothing else. */
async function refusedOptions(name: (folder: string) => NamedFiles): Promise<readonly (string | undefined)[]> {
  return inTemporaryFolder(async (folder) => {
    await mkdir(join(folder, "sub"));
    for (const file of ["Pulumi.yaml", "pack", "events.jsonl"]) await writeFile(join(folder, file), "");
    try {
      await refuseUnusableFiles(name(folder));
      return [];
    } catch (error) {
      assert.ok(error instanceof RefusalError && error.exitCode === 2);
      return error.refusals.map(({ place }) => place.path);
    }
  });
}

describe("the files that check is told", () => {
  it("are used where they are there, or can be written", async () => {
    const used = (folder: string): NamedFiles => ({
      project: folder,
      events: join(folder, "events.jsonl"),
      policyPack: join(folder, "pack"),
      sarif: join(folder, "new.sarif"),
      junit: join(folder, "sub", "new.xml"),
    });
    assert.deepEqual(await refusedOptions(used), []);
    assert.deepEqual(await refusedOptions(() => ({})), []);
    assert.deepEqual(await refusedOptions((folder) => ({ policyPack: folder })), []);
  });

  it("are refused all at once where they are not there", async () => {
    const missing = (folder: string): NamedFiles => ({
      project: join(folder, "sub"),
      events: join(folder, "gone"),
      policyPack: join(folder, "gone"),
      sarif: join(folder, "gone", "new.sarif"),
      junit: join(folder, "pack", "new.xml"),
    });
    assert.deepEqual(await refusedOptions(missing), ["--project", "--events", "--policy-pack", "--sarif", "--junit"]);
  });

  it("are refused where a folder is named for a file", async () => {
    const folders = (folder: string): NamedFiles => ({ events: folder, sarif: folder, junit: folder });
    assert.deepEqual(await refusedOptions(folders), ["--events", "--sarif", "--junit"]);
  });
});
