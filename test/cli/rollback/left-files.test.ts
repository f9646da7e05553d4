import assert from "node:assert/strict";
import { leftAmong } from "../../../src/cli/rollback/left-files.ts";
import { folderNameOf } from "../../../src/model/statements/statement.ts";
import type { UncleanFile } from "../../../src/model/working-tree.ts";
import { digestOf } from "../../../src/model/digest.ts";

const rollback = { kind: "rollback", whenMs: 0, digest: digestOf("a rollback") } as const;
const change = { kind: "change", whenMs: 0, digest: digestOf("a change") } as const;
const file = (path: string, state: UncleanFile["state"] = "unknown"): UncleanFile => ({ path, state });
const of = (one: typeof rollback | typeof change, name = "statement.json") =>
  file(`statements/prod/${folderNameOf(one)}/${name}`);
const pins = file("Pulumi.prod.yaml", "edited");
const left = (...unclean: readonly UncleanFile[]) => leftAmong(unclean, "prod", [rollback, change]);

describe("what a killed rollback left", () => {
  it("is its statement and its part of the stack file", () => {
    const unclean = [of(rollback), of(rollback, "promoter.sig"), pins];
    assert.deepEqual(
      left(...unclean),
      unclean.map(({ path }) => path),
    );
  });

  it("is nothing where something else lies there as well", () => {
    for (const odd of [of(change), file("statements/prod/notes.txt"), file("Pulumi.prod.yaml", "staged")])
      assert.deepEqual(left(of(rollback), odd), []);
    assert.deepEqual(left({ ...of(rollback), state: "edited" }, pins), []);
  });

  it("is no stack file that somebody edited without a statement", () => {
    assert.deepEqual(left(pins), []);
    assert.deepEqual(left(), []);
  });
});
