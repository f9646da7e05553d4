import { randomBytes } from "node:crypto";
import { access, constants, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RefusalError } from "../../model/refusal.ts";
import { codeOf, type Disk } from "../disk.ts";
import { refuse } from "../plain-files.ts";
import { changedMeanwhile } from "../stack-file-writer.ts";
import { toWriteRefusal } from "../write-failure.ts";
import { journalOf, PLAN_FILE, pendingFolder, piecesOf, type Plan } from "./journal.ts";
import { removeDrafts, removeJournal } from "./pending-change.ts";
import { EditedMeanwhile, isPlaced, place, takeBack } from "./placement.ts";

export interface JournalWrite {
  readonly plan: Plan;
  /** What lies at each place of the journal. */
  readonly contents: ReadonlyMap<string, string>;
  readonly root: string;
  readonly disk: Disk;
  /** Whose owner and mode a file of the journal gets. */
  readonly like?: ReadonlyMap<string, string>;
}

/**
 * Puts files in place that belong together: all of them or, whatever goes wrong, none. Where even taking back goes
 * wrong, the journal stays, for the next run. Called under the stage's lock.
 * @throws RefusalError `disk-full`, `file-not-writable`, `not-written`, `file-changed`, `unfinished-change`
 */
export async function writeTogether(write: JournalWrite): Promise<void> {
  const { plan, root, disk } = write;
  await removeDrafts(plan.stage, root, disk);
  await refuseForbidden(plan, root);
  await decide(write);
  try {
    await place(plan, root, disk);
  } catch (error) {
    if (isPlaced(plan, root)) throw leftBehind(plan, root, error);
    await takeBack(plan, root, disk).catch((second: unknown) => {
      throw leftBehind(plan, root, second);
    });
    await removeJournal(plan.stage, root, disk);
    throw error instanceof EditedMeanwhile ? changedMeanwhile(plan.stage) : toWriteRefusal(error, root);
  }
  // Should this fail, the next run finds everything in place, and removes it.
  await removeJournal(plan.stage, root, disk).catch(() => undefined);
}

/** What can be seen beforehand: the first folder that is there already must take what comes. */
async function refuseForbidden(plan: Plan, root: string): Promise<void> {
  for (const { to, replaces } of piecesOf(plan)) {
    const target = join(root, to);
    const folder = dirname(replaces === undefined ? target : await realpath(target));
    try {
      await accessNearest(folder);
    } catch (error) {
      throw toWriteRefusal(error, folder);
    }
  }
}

async function accessNearest(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    await accessNearest(dirname(folder));
  }
}

/** Until the last rename nothing was decided, and nothing of it counts. */
async function decide({ plan, contents, root, disk, like }: JournalWrite): Promise<void> {
  const draft = `${journalOf(plan.stage, root)}.${randomBytes(6).toString("hex")}`;
  try {
    await disk.makeFolder(draft);
    const folders = new Set([draft]);
    for (const [name, content] of [...contents, [PLAN_FILE, `${JSON.stringify(plan, undefined, 2)}\n`] as const]) {
      const folder = dirname(join(draft, name));
      if (!folders.has(folder)) await disk.makeFolder(folder);
      folders.add(folder);
      await disk.write(join(draft, name), content, like?.get(name));
    }
    for (const folder of [...folders].toReversed()) await disk.sync(folder);
    await disk.rename(draft, journalOf(plan.stage, root));
  } catch (error) {
    await disk.remove(draft).catch(() => undefined);
    throw toWriteRefusal(error, pendingFolder(root));
  }
  await disk.sync(pendingFolder(root)).catch(() => undefined);
}

function leftBehind({ stage, command }: Plan, root: string, error: unknown): RefusalError {
  const found = `begun and not finished: ${error instanceof Error ? error.message : String(error)}`;
  return new RefusalError([
    refuse("unfinished-change", journalOf(stage, root), found, "all of it in place", `mend the disk, then finish it by typing: ${command}`),
  ]);
}
