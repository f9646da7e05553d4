import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { markOfUpdate, readFileMark, readStateMark } from "../../../src/adapters/engine-run/state-mark.ts";
import { readProjectName } from "../../../src/adapters/project-name.ts";
import { update } from "../../delivery/rollback/sample-history.ts";
import { valueOf } from "../../model/trust/sample-trust.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const { signal } = new AbortController();

async function withBackend(url: (folder: string) => string, test: (folder: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const backend = process.env["PULUMI_BACKEND_URL"];
    process.env["PULUMI_BACKEND_URL"] = url(folder);
    try {
      await test(folder);
    } finally {
      if (backend === undefined) delete process.env["PULUMI_BACKEND_URL"];
      else process.env["PULUMI_BACKEND_URL"] = backend;
    }
  });
}

describe("the mark of a stack's state", () => {
  it("is the same until somebody writes the state's file", async () => {
    await withBackend(
      (folder) => `file://${folder}`,
      async (folder) => {
        const stacks = join(folder, ".pulumi", "stacks", valueOf(await readProjectName()));
        const mark = async () => valueOf(await readStateMark("prod", signal));
        const before = await mark();
        await mkdir(stacks, { recursive: true });
        await writeFile(join(stacks, "prod.json"), "{}");
        const first = await mark();
        assert.notEqual(first, before);
        assert.equal(await mark(), first);
        await writeFile(join(stacks, "prod.json"), "{ }");
        assert.notEqual(await mark(), first);
      },
    );
  });

  it("is of the newest update where the state is no file", async () => {
    await withBackend(
      () => "https://api.example.com",
      async () => {
        assert.equal(valueOf(await readFileMark("prod", signal)), undefined);
      },
    );
    const [first, second] = [update(1, {}), update(2, {})];
    assert.equal(markOfUpdate(first), markOfUpdate({ ...first }));
    assert.notEqual(markOfUpdate(first), markOfUpdate(second));
    assert.notEqual(markOfUpdate(first), markOfUpdate(undefined));
  });
});
