import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { withSandboxLock } from "../../sandbox/lock.ts";

describe("withSandboxLock", () => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), "lock-")), "sandbox");
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  it("makes the folder and leaves nothing in it", async () => {
    await withSandboxLock(folder, async () => undefined);
    assert.deepEqual(await readdir(folder), []);
  });

  it("lets one work at a time, and tells the others that they wait", async () => {
    let working = 0;
    let waits = 0;
    const onWait = () => {
      waits++;
    };
    const work = async () => {
      assert.equal(++working, 1);
      // The first one stays until both others have come.
      while (waits < 2) await nextTurn();
      working--;
    };
    await Promise.all(Array.from({ length: 3 }, () => withSandboxLock(folder, work, { onWait })));
    assert.equal(waits, 2);
  });

  it("is free again after work that failed", async () => {
    await assert.rejects(
      withSandboxLock(folder, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    await withSandboxLock(folder, async () => undefined);
  });

  it("stops waiting when interrupted", async () => {
    const controller = new AbortController();
    await withSandboxLock(folder, async () => {
      const waiting = withSandboxLock(folder, async () => undefined, {
        signal: controller.signal,
        onWait: () => {
          controller.abort();
        },
      });
      await assert.rejects(waiting, { name: "AbortError" });
    });
  });

  it("outlives the removal of the folder by the one that holds it", async () => {
    await withSandboxLock(folder, () => rm(folder, { recursive: true }));
    await withSandboxLock(folder, async () => undefined);
  });
});
