import assert from "node:assert/strict";
import fc from "fast-check";
import { run } from "../../src/adapters/processes.ts";
import { shellCommand } from "../../src/model/shell-word.ts";

describe("a command line for people", () => {
  it("is as they would type it", () => {
    assert.equal(
      shellCommand(["git", "push", "--set-upstream", "origin", "promote/1"]),
      "git push --set-upstream origin promote/1",
    );
    assert.equal(shellCommand(["rm", "it's", ""]), String.raw`rm 'it'\''s' ''`);
  });

  it("gives a shell back the very words", async () => {
    const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 10 }), async (words) => {
        const { stdout } = await run("sh", ["-c", `printf '%s\\0' ${shellCommand(words)}`]);
        assert.deepEqual(stdout.split("\0").slice(0, -1), words);
      }),
      { numRuns: 20 },
    );
  });
});
