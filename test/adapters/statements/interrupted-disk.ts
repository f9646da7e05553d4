import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realDisk, type Disk } from "../../../src/adapters/disk.ts";

/** What a step may do in the test, before it is taken or in its middle. */
export type Interruption = (step: number, what: string, path: string) => Promise<void> | void;

/**
 * A real disk that calls somebody before each step, and in the middle of those that have one: a file half written, a
 * folder half removed. Steps count from 0; a middle is a step of its own.
 */
export function interruptedDisk(interrupt: Interruption): Disk {
  let step = -1;
  const next = async (what: string, path: string): Promise<void> => {
    step += 1;
    await interrupt(step, what, path);
  };
  return {
    async makeFolder(path) {
      await next("makeFolder", path);
      await realDisk.makeFolder(path);
    },
    async write(path, content, like) {
      await next("write", path);
      writeFileSync(path, content.slice(0, content.length / 2));
      await next("written half", path);
      rmSync(path);
      await realDisk.write(path, content, like);
    },
    async rename(from, to) {
      await next("rename", to);
      await realDisk.rename(from, to);
    },
    async sync(folder) {
      await next("sync", folder);
      await realDisk.sync(folder);
    },
    async remove(path) {
      await next("remove", path);
      const first = entries(path)[0];
      if (first !== undefined) rmSync(join(path, first), { recursive: true });
      await next("removed half", path);
      await realDisk.remove(path);
    },
  };
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return [];
  }
}
