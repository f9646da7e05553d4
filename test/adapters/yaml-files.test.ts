import assert from "node:assert/strict";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/adapters/project.ts";
import { displayPath, readYamlFile } from "../../src/adapters/yaml-files.ts";
import { codes } from "../model/sample-stage.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

async function codesOf(path: string): Promise<string[]> {
  const source = await readYamlFile(path);
  return source.kind === "refused" ? codes(source.refusals) : [];
}

describe("readYamlFile", () => {
  it("refuses a file of ten megabytes unread, one that is not there, a folder, and one in Latin-1", async () => {
    await inTemporaryFolder(async (folder) => {
      const path = (name: string): string => join(folder, name);
      await writeFile(path("large.yaml"), "a: 1\n");
      await truncate(path("large.yaml"), 10 * 1024 * 1024);
      await mkdir(path("folder.yaml"));
      await writeFile(path("latin1.yaml"), Buffer.from("a: Gr\xfc\xdfe\n", "latin1"));
      await writeFile(path("good.yaml"), "a: Grüße\n");
      assert.deepEqual(await codesOf(path("large.yaml")), ["file-too-large"]);
      assert.deepEqual(await codesOf(path("none.yaml")), ["missing-file"]);
      assert.deepEqual(await codesOf(path("folder.yaml")), ["unreadable-file"]);
      assert.deepEqual(await codesOf(path("latin1.yaml")), ["not-text"]);
      assert.deepEqual(await codesOf(path("good.yaml")), []);
    });
  });

  it("names files as people would type them", () => {
    assert.equal(displayPath(join(projectRoot, "trust", "stages.yaml")), "trust/stages.yaml");
    assert.equal(displayPath("/somewhere/else.yaml"), "/somewhere/else.yaml");
  });
});
