import assert from "node:assert/strict";
import { renderStatementInFull } from "../../src/cli/statement-text.ts";
import { baseline, T0 } from "../delivery/coverage/sample-court.ts";

describe("renderStatementInFull", () => {
  it("leaves no line of a reason where a line of its own would begin", () => {
    const reason = `fine\nportal  stays at 1.0${" ".repeat(70)}portal  stays at 1.0`;
    const text = renderStatementInFull({ ...baseline(), reason }, [], { nowMs: T0, all: false });
    const lines = text.split("\n").filter((line) => line.includes("stays at"));
    assert.deepEqual(lines, [`${" ".repeat(13)}portal stays at 1.0 portal stays at 1.0`]);
  });
});
