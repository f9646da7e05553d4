import assert from "node:assert/strict";
import { ProcessError } from "../../src/adapters/processes.ts";
import { reportFailure } from "../../src/cli/failure.ts";
import { RefusalError } from "../../src/model/refusal.ts";

/** The exit code and what went to standard error. */
function report(error: unknown, json = false): { code: number; said: string } {
  const { stderr } = process;
  const said: string[] = [];
  const write = stderr.write.bind(stderr);
  stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
  try {
    return { code: reportFailure(error, json), said: said.join("") };
  } finally {
    stderr.write = write;
  }
}

const refusal = { code: "x", place: { file: "f.yaml", line: 3 }, found: "a", expected: "b", action: "c" };

describe("reportFailure", () => {
  it("says every reason of a refusal, with its exit code", () => {
    const { code, said } = report(new RefusalError([refusal, { ...refusal, place: { file: "g.yaml" } }], 2));
    assert.equal(code, 2);
    assert.match(said, /f\.yaml:3[^]*g\.yaml/);
    assert.equal(report(new RefusalError([refusal])).code, 1);
  });

  it("writes refusals as JSON to standard output as well, where JSON was asked for", () => {
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    let written = "";
    stdout.write = (text: string | Uint8Array) => ((written += String(text)), true);
    try {
      report(new RefusalError([refusal]), true);
    } finally {
      stdout.write = write;
    }
    assert.deepEqual(JSON.parse(written), { refusals: [refusal] });
  });

  it("says interrupted, and 130, however the interruption came up", () => {
    const controller = new AbortController();
    controller.abort();
    for (const error of [controller.signal.reason as unknown, new ProcessError("cancelled", "x", {})]) {
      assert.deepEqual(report(error), { code: 130, said: "interrupted\n" });
    }
  });

  it("says which program is missing", () => {
    const { code, said } = report(new ProcessError("not-found", "git: Command failed with ENOENT", {}));
    assert.equal(code, 1);
    assert.match(said, /no git$/m);
  });

  it("shows what a failed program said, and no stack", () => {
    const { code, said } = report(new ProcessError("failed", "kubectl: exit 1", { stderr: "forbidden\n" }));
    assert.equal(code, 1);
    assert.match(said, /kubectl[^]*forbidden/);
    assert.doesNotMatch(said, /\n\s+at /);
  });

  it("shows no stack of what was not expected, whatever was thrown", () => {
    for (const error of [new TypeError("x is undefined"), "text", undefined, { a: 1 }]) {
      const { code, said } = report(error);
      assert.equal(code, 1);
      assert.doesNotMatch(said, /\n\s+at /);
      assert.notEqual(said, "");
    }
  });
});
