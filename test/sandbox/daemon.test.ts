import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { daemonState, lastLines, startDaemon, stopDaemon, type DaemonFiles } from "../../sandbox/daemon.ts";

describe("a daemon", () => {
  let folder: string;
  let files: DaemonFiles;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "daemon-"));
    files = { logFile: path.join(folder, "logs", "it.log"), processFile: path.join(folder, "run", "it.json") };
  });
  afterEach(async () => {
    await stopDaemon(files.processFile, 0);
    await rm(folder, { recursive: true, force: true });
  });

  it("runs until it is stopped, and leaves nothing but its log", async () => {
    start("console.log('here'); setInterval(() => {}, 1000)");
    await until(async () => (await lastLines(files.logFile)).includes("here"));
    assert.equal(daemonState(files.processFile).kind, "running");
    await stopDaemon(files.processFile, 5000);
    assert.equal(daemonState(files.processFile).kind, "stopped");
    await assert.rejects(readFile(files.processFile));
  });

  it("is killed where it does not end when asked", async () => {
    start("process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)");
    await until(async () => (await lastLines(files.logFile)).includes("deaf"));
    await stopDaemon(files.processFile, 50);
    assert.equal(daemonState(files.processFile).kind, "stopped");
  });

  it("that ends by itself has died, and its last words are in the log", async () => {
    start("for (let i = 0; i < 20; i++) console.log('line ' + i); process.exitCode = 3");
    await until(async () => daemonState(files.processFile).kind === "died");
    assert.deepEqual(await lastLines(files.logFile, 2), ["line 18", "line 19"]);
  });

  it("keeps the log of the run before", async () => {
    start("console.log('first')");
    await until(async () => daemonState(files.processFile).kind === "died");
    start("console.log('second')");
    await until(async () => (await lastLines(files.logFile)).includes("second"));
    assert.deepEqual(await lastLines(`${files.logFile}.previous`), ["first"]);
  });

  it("is not a later process with the same id, which is left alone", async () => {
    start("setInterval(() => console.log(performance.now()), 5)");
    const ours = await readFile(files.processFile, "utf8");
    const state = daemonState(files.processFile);
    assert.ok(state.kind === "running");
    await writeFile(files.processFile, JSON.stringify({ pid: state.pid, identity: "another time" }));
    assert.equal(daemonState(files.processFile).kind, "died");
    await stopDaemon(files.processFile, 0);
    await writeFile(files.processFile, ours);
    // A signal takes a moment to have its effect: the process must go on writing, or be gone.
    const before = (await lastLines(files.logFile)).at(-1);
    const hasEnded = () => daemonState(files.processFile).kind !== "running";
    await until(async () => hasEnded() || !(await lastLines(files.logFile, 4)).includes(before ?? ""));
    assert.equal(daemonState(files.processFile).kind, "running");
  });

  it("that cannot be started says why in its log and was never running", async () => {
    startDaemon({ file: path.join(folder, "missing"), args: [], cwd: folder, env: {} }, files);
    await until(async () => (await lastLines(files.logFile)).join("\n").includes("ENOENT"));
    assert.equal(daemonState(files.processFile).kind, "stopped");
  });

  for (const text of ["{", "", "[]", '{"pid":0,"identity":""}']) {
    it(`is unknown where its process file is damaged (${text}), and stopping it removes the file`, async () => {
      await mkdir(path.dirname(files.processFile));
      await writeFile(files.processFile, text);
      assert.equal(daemonState(files.processFile).kind, "unknown");
      assert.equal(await stopDaemon(files.processFile, 0), false);
      assert.equal(daemonState(files.processFile).kind, "stopped");
      assert.equal(await stopDaemon(files.processFile, 0), true);
    });
  }

  function start(script: string): void {
    startDaemon({ file: process.execPath, args: ["--eval", script], cwd: folder, env: {} }, files);
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
