import assert from "node:assert/strict";
import { textTreesDiff } from "../../src/cli/text-trees-diff.ts";

const { signal } = new AbortController();

describe("textTreesDiff", () => {
  it("is empty for texts that are the same", async () => {
    const tree = new Map([["prod/Deployment-portal.yaml", "a\nb\n"]]);
    assert.equal(await textTreesDiff(tree, new Map(tree), signal), "");
    assert.equal(await textTreesDiff(new Map(), new Map(), signal), "");
  });

  it("shows what comes, what goes and what changes, by file, and nothing else", async () => {
    const before = new Map([
      ["prod/Deployment-portal.yaml", "image: one\nindex kept\n"],
      ["prod/Service-gone.yaml", "x\n"],
    ]);
    const after = new Map([
      ["prod/Deployment-portal.yaml", "image: two\nindex kept\n"],
      ["prod/Service-here.yaml", "y\n"],
    ]);
    assert.deepEqual((await textTreesDiff(before, after, signal)).trimEnd().split("\n"), [
      ...["--- before/prod/Deployment-portal.yaml", "+++ after/prod/Deployment-portal.yaml", "@@ -1,2 +1,2 @@"],
      ...["-image: one", "+image: two", " index kept"],
      ...["--- before/prod/Service-gone.yaml", "+++ /dev/null", "@@ -1 +0,0 @@", "-x"],
      ...["--- /dev/null", "+++ after/prod/Service-here.yaml", "@@ -0,0 +1 @@", "+y"],
    ]);
  });
});
