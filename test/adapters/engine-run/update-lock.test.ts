import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { lockFromText, refuseLocked, type UpdateLock } from "../../../src/adapters/engine-run/update-lock.ts";

const said = (pid: number, host: string): string =>
  `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/lockstep/prod/a.json: created by ada lovelace@${host} (pid ${pid}) at 2026-11-20T10:11:12Z`;

/** Of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ["--eval", ""]).pid;
}

function lockOf(pid: number, host: string): UpdateLock {
  const lock = lockFromText(said(pid, host));
  assert.ok(lock !== undefined);
  return lock;
}

describe("an update lock", () => {
  const nowMs = Date.parse("2026-11-20T13:11:12Z");
  const codeOf = (lock: UpdateLock | undefined): string => refuseLocked("prod", lock, nowMs).code;

  it("is read from the engine's own words", () => {
    assert.deepEqual(lockOf(1, "elsewhere"), {
      ...{ owner: "ada lovelace", pid: 1, host: "elsewhere", sinceMs: Date.parse("2026-11-20T10:11:12Z") },
      alive: undefined,
    });
    assert.equal(lockFromText("error: something else"), undefined);
  });

  it("is held while its process runs on this machine", () => {
    const lock = lockOf(process.pid, hostname());
    assert.equal(lock.alive, true);
    assert.equal(codeOf(lock), "update-running");
  });

  it("is left over where its process has ended on this machine", () => {
    const lock = lockOf(endedPid(), hostname());
    assert.equal(lock.alive, false);
    assert.equal(codeOf(lock), "update-locked");
  });

  it("is left over where its process was killed and nobody has asked for it yet", async function () {
    if (process.platform !== "linux") this.skip();
    // Whoever becomes another program asks for none of its children.
    const parent = spawn("/bin/sh", ["-c", "/bin/sleep 60 & echo $!; exec /bin/sleep 60"]);
    try {
      const pid = Number(String((await once(parent.stdout, "data"))[0]));
      assert.equal(lockOf(pid, hostname()).alive, true);
      // A shell that has not become it yet would still ask.
      while (readFileSync(`/proc/${parent.pid ?? 0}/comm`, "utf8").trim() !== "sleep") await new Promise(setImmediate);
      process.kill(pid, "SIGKILL");
      while (lockOf(pid, hostname()).alive === true) await new Promise(setImmediate);
      // Its number is still taken.
      process.kill(pid, 0);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("is nobody's to judge on another machine: a process of that number here says nothing", () => {
    const lock = lockOf(process.pid, `${hostname()}-2`);
    assert.equal(lock.alive, undefined);
    const { code, action } = refuseLocked("prod", lock, nowMs);
    assert.equal(code, "update-locked");
    assert.match(action, /-2, then: .*--break-lock/);
  });

  it("is explained with its age and owner", () => {
    const { found } = refuseLocked("prod", lockOf(7, "elsewhere"), nowMs);
    assert.match(found, /3 hours/);
    assert.match(found, /ada lovelace on elsewhere \(process 7\)/);
  });

  it("is refused where nobody knows whose it is, in the engine's own words", () => {
    const { code, found } = refuseLocked("prod", undefined, nowMs, "[409] Conflict");
    assert.equal(code, "update-locked");
    assert.equal(found, "[409] Conflict");
  });

  it("is never offered to be broken while its process runs", () => {
    assert.doesNotMatch(refuseLocked("prod", lockOf(process.pid, hostname()), nowMs).action, /break-lock/);
  });
});
