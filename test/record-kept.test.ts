import assert from "node:assert/strict";
import { refuseTakenFromRecord } from "../src/record-kept.ts";
import { inClone } from "./git-state-scene.ts";

const { signal } = new AbortController();
const RECORD = "statements/prod/a";

const codes = async (folder: string, base?: string): Promise<readonly string[]> =>
  (await refuseTakenFromRecord(folder, { stage: "prod", base, signal })).map(({ code }) => code);

describe("the record of a stage, as a rollback's deploy looks at it", () => {
  it("may be added to, also where nothing is committed yet", async () => {
    await inClone(async ({ clone }) => {
      await clone.write("statements/prod/b/statement.json", "{}\n");
      await clone.write("Pulumi.prod.yaml", "config: { a: 1 }\n");
      assert.deepEqual(await codes(clone.folder), []);
    });
  });

  it("keeps what the base branch has, also on a branch of that name, and where it was committed", async () => {
    await inClone(async ({ clone }) => {
      await clone.git("rm", "--quiet", "-r", RECORD);
      assert.deepEqual(await codes(clone.folder), ["statement-removed"]);
      await clone.git("commit", "--quiet", "--message", "Without a withdrawal");
      for (const base of [undefined, "main", "origin/main"])
        assert.deepEqual(await codes(clone.folder, base), ["statement-removed"], base);
    });
  });

  it("counts as taken from where nobody can compare it", async () => {
    await inClone(async ({ clone }) => {
      assert.deepEqual(await codes(clone.folder, "nowhere"), ["no-base"]);
    });
  });
});
