import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { processIdentity } from "../../sandbox/process-identity.ts";
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

  it("ends a program that says more than it may", async () => {
    const endless = "setInterval(() => process.stdout.write('x'.repeat(1000)), 1)";
    const { code, stdout } = await failureOf(node(endless, { maxOutput: 10_000 }));
    assert.equal(code, "failed");
    assert.ok(stdout.length <= 10_000);
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

  /** Waits in vain: two processes that hold its pipes, the second of which heeds no request to end. */
  const CROWD = 'sleep 97 & echo $!; (trap "" TERM INT; exec sleep 98) & echo $!; wait';
  /** One that was killed, and waits for whoever adopted it to look, has ended. */
  const isThere = (pid: number): boolean => processIdentity(pid) !== undefined;
  const pids = (text: string): number[] => text.trim().split("\n").map(Number);

  async function assertGone(running: readonly number[]): Promise<void> {
    assert.equal(running.length, 2);
    const deadline = Date.now() + 5_000;
    while (running.some(isThere)) {
      assert.ok(Date.now() < deadline, `still running: ${running.filter(isThere).join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("keeps its deadline where a descendant holds the pipes, and leaves none running", async () => {
    const began = performance.now();
    const { code, stdout } = await failureOf(run("/bin/sh", ["-c", CROWD], { timeoutMs: 300 }));
    assert.equal(code, "timed-out");
    assert.ok(performance.now() - began < 6_000);
    await assertGone(pids(stdout));
  });

  it("cancels as Ctrl-C would, once, and lets the program finish", async () => {
    const controller = new AbortController();
    const script = `let times = 0;
      process.on("SIGINT", () => { times++; setTimeout(() => { console.log(times + " heard"); process.exit(0); }, 200); });
      ${WAIT}`;
    const onLine = (): void => {
      controller.abort();
    };
    const { code, stdout } = await failureOf(node(script, { signal: controller.signal, onLine }));
    assert.deepEqual({ code, stdout }, { code: "cancelled", stdout: "up\n1 heard\n" });
  });

  it("starts nothing where it was cancelled before", async () => {
    assert.equal((await failureOf(node("", { signal: AbortSignal.abort() }))).code, "cancelled");
  });

  it("lets who asks for it look at things once more before what runs is told to end", async () => {
    const script =
      'process.on("SIGINT", () => process.exit(3)); console.log(process.pid); setInterval(() => {}, 1000);';
    const controller = new AbortController();
    let pid = 0;
    const seen: boolean[] = [];
    const onLine = (line: string): void => {
      pid = Number(line);
      controller.abort();
    };
    const beforeSignal = (): void => {
      seen.push(process.kill(pid, 0));
    };
    await failureOf(node(script, { signal: controller.signal, onLine, beforeSignal }));
    assert.equal(seen[0], true);
  });

  /** Each says itself that it runs: a signal between fork and exec is lost. Shells make what runs aside deaf to SIGINT. */
  const FAMILY = `trap 'kill $A $B; exit 0' INT TERM
    sh -c 'echo $$; exec sleep 97' & A=$!
    sh -c 'echo $$; exec sleep 98' & B=$!
    wait`;
  const parent = (listener: string): string => `
    ${listener}
    const { run } = await import(${JSON.stringify(new URL("../../src/adapters/processes.ts", import.meta.url).href)});
    await run("/bin/sh", ["-c", ${JSON.stringify(FAMILY)}], {
      onLine: (line) => console.log(line),
    }).catch(({ code }) => console.log(code));
    console.log("went on");`;

  for (const [what, listener, signal, rest, ending] of [
    ["and then does what it would have done", "", "SIGINT", [], "SIGINT"],
    ["of a request to end as well", "", "SIGTERM", [], "SIGTERM"],
    ["and leaves the rest to who listens", 'process.on("SIGINT", () => {});', "SIGINT", ["went on"], null],
  ] as const) {
    it(`passes a signal on to what runs, ${what}`, async () => {
      const started = spawn(process.execPath, ["--input-type=module", "-e", parent(listener)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines: string[] = [];
      for await (const line of createInterface(started.stdout)) if (lines.push(line) === 2) started.kill(signal);
      if (started.exitCode === null && started.signalCode === null) await once(started, "exit");
      assert.equal(started.signalCode, ending);
      assert.deepEqual(lines.slice(2), rest);
      await assertGone(lines.slice(0, 2).map(Number));
    });
  }

  it("listens for signals only while something runs", async () => {
    const before = process.listenerCount("SIGINT");
    const running = node("");
    assert.equal(process.listenerCount("SIGINT"), before + 1);
    await running;
    assert.equal(process.listenerCount("SIGINT"), before);
  });
});
