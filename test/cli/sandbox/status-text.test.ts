import assert from "node:assert/strict";
import { keptText } from "../../../src/cli/sandbox/status-text.ts";

describe("what reset says", () => {
  it("is nothing more where nothing stays", () => {
    assert.equal(keptText("/somewhere", []), "");
  });

  it("names the folder and what stays in it", () => {
    assert.match(keptText("/somewhere", ["a.txt", "b"]), /\/somewhere stays.*a\.txt, b$/);
  });
});
