import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { breakLock, readUpdateLock } from "../../../src/adapters/engine-run/update-lock.ts";
import { readProjectName } from "../../../src/adapters/project-name.ts";
import { codesOf, valueOf } from "../../model/trust/sample-trust.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const { signal } = new AbortController();
const STAGE = "prod";
const ended = spawnSync(process.execPath, ["--eval", ""]).pid;

function lockOf(pid: number, timestamp: string): string {
  return JSON.stringify({ pid, username: "ada", hostname: hostname(), timestamp });
}

/** A backend in a folder, and no pulumi: what is not done with the files themselves fails. */
async function withLocks(
  locks: Readonly<Record<string, string>>,
  test: (names: () => Promise<readonly string[]>) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const place = join(folder, ".pulumi", "locks", "organization", valueOf(await readProjectName()), STAGE);
    await mkdir(place, { recursive: true });
    for (const [name, text] of Object.entries(locks)) await writeFile(join(place, name), text);
    const { PATH: path, PULUMI_BACKEND_URL: backend } = process.env;
    process.env["PATH"] = folder;
    process.env["PULUMI_BACKEND_URL"] = `file://${folder}`;
    try {
      await test(async () => (await readdir(place)).toSorted());
    } finally {
      process.env["PATH"] = path;
      if (backend === undefined) delete process.env["PULUMI_BACKEND_URL"];
      else process.env["PULUMI_BACKEND_URL"] = backend;
    }
  });
}

describe("breaking an update lock of a backend in a folder", () => {
  const OLD = lockOf(ended, "2026-11-20T10:11:12Z");

  it("removes those of runs that have ended", async () => {
    await withLocks({ "a.json": OLD, "b.json": OLD }, async (names) => {
      valueOf(await breakLock(STAGE, 0, signal));
      assert.deepEqual(await names(), []);
    });
  });

  it("removes none while the process of one of them runs, also where another one is older", async () => {
    await withLocks({ "a.json": OLD, "b.json": lockOf(process.pid, "2026-11-20T11:00:00Z") }, async (names) => {
      assert.deepEqual(codesOf(await breakLock(STAGE, 0, signal)), ["update-running"]);
      assert.deepEqual(await names(), ["a.json", "b.json"]);
    });
  });

  it("removes one that was cut off while it was written: the engine counts it", async () => {
    for (const text of ["", '{"pid":']) {
      await withLocks({ "a.json": text }, async (names) => {
        assert.equal((await readUpdateLock(STAGE, signal))?.alive, undefined);
        assert.notEqual(await readUpdateLock(STAGE, signal), undefined);
        valueOf(await breakLock(STAGE, 0, signal));
        assert.deepEqual(await names(), []);
      });
    }
  });
});
