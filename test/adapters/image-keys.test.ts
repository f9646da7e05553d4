import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadImageKeys } from "../../src/adapters/image-keys.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

describe("loadImageKeys", () => {
  it("reads the keys of a trust folder, and refuses a folder without the file or with another one", async () => {
    await inTemporaryFolder(async (folder) => {
      const code = async (): Promise<string | undefined> => {
        const keys = await loadImageKeys(folder);
        return keys.kind === "refused" ? keys.refusals[0]?.code : "accepted";
      };
      assert.equal(await code(), "missing-file");
      assert.match(JSON.stringify(await loadImageKeys(folder)), /\.sandbox\/env/);
      await writeFile(join(folder, "image-keys.yaml"), "keys: []\n");
      assert.equal(await code(), "accepted");
      await writeFile(join(folder, "image-keys.yaml"), "kys: []\n");
      assert.notEqual(await code(), "accepted");
    });
  });
});
