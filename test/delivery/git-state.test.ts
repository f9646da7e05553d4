import assert from "node:assert/strict";
import { refuseGitState, type GitFacts } from "../../src/delivery/git-state.ts";
import type { FileState } from "../../src/model/working-tree.ts";

const CLEAN: GitFacts = {
  stage: "prod",
  unclean: [],
  operation: undefined,
  missing: { base: "origin/main", remote: { name: "origin", branch: "main" }, files: [] },
};

const codes = (facts: Partial<GitFacts>) => refuseGitState({ ...CLEAN, ...facts }).map(({ code }) => code);
const actionOn = (...states: readonly FileState[]) =>
  refuseGitState({ ...CLEAN, unclean: states.map((state) => ({ path: `it's ${state}`, state })) })[0]?.action;

describe("what git has against a statement", () => {
  it("is nothing where all is clean and nothing is missing, or no base is known", () => {
    assert.deepEqual(codes({}), []);
    assert.deepEqual(codes({ missing: undefined }), []);
  });

  it("is everything at once", () => {
    const missing = { base: "main", remote: undefined, files: ["Pulumi.prod.yaml"] };
    const unclean = [{ path: "Pulumi.prod.yaml", state: "edited" as const }];
    assert.deepEqual(codes({ operation: "merge", unclean, missing }), ["git-operation", "dirty-files", "behind-base"]);
  });

  it("names at most twenty files, and how many more there are", () => {
    const unclean = Array.from({ length: 23 }, (_, index) => ({ path: `f${index}`, state: "unknown" as const }));
    const lines = refuseGitState({ ...CLEAN, unclean })[0]?.found.split("\n");
    assert.deepEqual([lines?.length, lines?.[0], lines?.at(-1)], [21, "f0: unknown to git", "and 3 more"]);
  });

  it("names the way out that helps all of the files", () => {
    assert.match(actionOn("edited") ?? "", /git stash$/);
    assert.match(actionOn("edited", "unknown") ?? "", /git stash --include-untracked$/);
    assert.match(actionOn("ignored") ?? "", /git add --force/);
    assert.match(actionOn("unknown", "unmerged", "hidden") ?? "", /^settle the conflict/);
    assert.match(actionOn("hidden", "edited") ?? "", /^git update-index .* -- 'it'\\''s hidden'$/);
  });
});
