import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recoverStack } from "../../../src/adapters/engine-run/recovery.ts";
import { readProjectName } from "../../../src/adapters/project-name.ts";
import { codesOf, valueOf } from "../../model/trust/sample-trust.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const { signal } = new AbortController();
const STAGE = "prod";
const OTHER = { code: "other-cluster", place: {}, found: "", expected: "", action: "" };
const BEGUN = { type: "updating", resource: { urn: "urn:pulumi:prod::p::t::n", type: "kubernetes:core/v1:Service" } };

function stateOf(operations: readonly object[]): string {
  return JSON.stringify({ version: 3, checkpoint: { latest: { resources: [], pending_operations: operations } } });
}

/** A backend in a folder, and no pulumi: whoever would run it fails. */
async function withState(text: string, test: (read: () => Promise<string>) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const place = join(folder, ".pulumi", "stacks", valueOf(await readProjectName()));
    await mkdir(place, { recursive: true });
    await writeFile(join(place, `${STAGE}.json`), text);
    const { PATH: path, PULUMI_BACKEND_URL: backend } = process.env;
    process.env["PATH"] = folder;
    process.env["PULUMI_BACKEND_URL"] = `file://${folder}`;
    try {
      await test(() => readFile(join(place, `${STAGE}.json`), "utf8"));
    } finally {
      process.env["PATH"] = path;
      if (backend === undefined) delete process.env["PULUMI_BACKEND_URL"];
      else process.env["PULUMI_BACKEND_URL"] = backend;
    }
  });
}

describe("settling what a killed run left", () => {
  it("believes no cluster that something stands against, and leaves the state as it is", async () => {
    const text = stateOf([BEGUN]);
    await withState(text, async (read) => {
      const recovered = await recoverStack(STAGE, undefined, signal, ({ pending }) => {
        assert.equal(pending.length, 1);
        return Promise.resolve([OTHER]);
      });
      assert.deepEqual(codesOf(recovered), ["other-cluster"]);
      assert.equal(await read(), text);
    });
  });

  it("asks nobody where nothing was left", async () => {
    await withState(stateOf([]), async () => {
      const recovered = await recoverStack(STAGE, undefined, signal, () => Promise.reject(new Error("asked")));
      assert.deepEqual(valueOf(recovered), { settled: [] });
    });
  });
});
