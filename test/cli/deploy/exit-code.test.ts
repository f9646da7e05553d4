import assert from "node:assert/strict";
import { exitCodeOf } from "../../../src/cli/deploy/exit-code.ts";

describe("the exit code of a deploy", () => {
  it("is 0 where the stage is as its files say", () => {
    assert.equal(exitCodeOf("nothing"), 0);
    assert.equal(exitCodeOf("deployed"), 0);
  });

  it("is 1 where it is not, rolled back or not, and 130 after Ctrl-C", () => {
    assert.equal(exitCodeOf("failed"), 1);
    assert.equal(exitCodeOf("rolled-back"), 1);
    assert.equal(exitCodeOf("interrupted"), 130);
  });

  it("is left to who asked the question where nothing was done", () => {
    assert.equal(exitCodeOf("planned"), undefined);
  });
});
