import assert from "node:assert/strict";
import { ProcessError, run, type RunOptions } from "../../src/adapters/processes.ts";

const node = (script: string, options?: RunOptions): ReturnType<typeof run> =>
  run(process.execPath, ["-e", script], options);
const WAIT = "process.stdout.write('up\\n'); setInterval(() => {}, 1000)";

async function failureOf(running: Promise<unknown>): Promise<ProcessError> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProcessError, String(error));
  return error;
}

describe("run", () => {
  it("gives the output, byte for byte", async () => {
    const result = await node("process.stdout.write('a\\n\\n'); process.stderr.write('é')");
    assert.deepEqual(result, { exitCode: 0, stdout: "a\n\n", stderr: "é" });
  });

  it("hands on input, environment and folder, and no shell's meaning", async () => {
    const script =
      "process.stdout.write([process.env.A, process.cwd(), process.argv[1], require('fs').readFileSync(0)].join('|'))";
    const { stdout } = await run(process.execPath, ["-e", script, "$(x) *"], {
      cwd: "/",
      env: { A: "b" },
      input: "in",
    });
    assert.equal(stdout, "b|/|$(x) *|in");
  });

  it("gives nothing on standard input unless told", async () => {
    assert.equal((await node("process.stdout.write(String(require('fs').readFileSync(0).length))")).stdout, "0");
  });

  it("hands on lines as they come", async () => {
    const lines: string[] = [];
    await node("console.log('a'); console.log('b')", { onLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ["a", "b"]);
  });

  it("fails with the exit code and what was said", async () => {
    const { code, exitCode, stdout, stderr } = await failureOf(
      node("process.stdout.write('out'); process.stderr.write('why'); process.exitCode = 3"),
    );
    assert.deepEqual({ code, exitCode, stdout, stderr }, { code: "failed", exitCode: 3, stdout: "out", stderr: "why" });
  });

  it("tells a program that is not there from one that fails", async () => {
    assert.equal((await failureOf(run("lockstep-no-such-program", []))).code, "not-found");
  });

  it("ends a program that takes too long", async () => {
    assert.equal((await failureOf(node(WAIT, { timeoutMs: 300 }))).code, "timed-out");
  });

  it("ends a program when it is cancelled", async () => {
    const controller = new AbortController();
    const running = node(WAIT, {
      signal: controller.signal,
      onLine: () => {
        controller.abort();
      },
    });
    assert.equal((await failureOf(running)).code, "cancelled");
  });
});
