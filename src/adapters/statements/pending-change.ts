import { join } from "node:path";
import type { Digest } from "../../model/digest.ts";
import { RefusalError, type Refusal } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { shellCommand } from "../../model/shell-word.ts";
import { realDisk, type Disk } from "../disk.ts";
import { refuse } from "../plain-files.ts";
import { projectRoot } from "../project.ts";
import { underLock } from "../stack-file-lock.ts";
import { toWriteRefusal } from "../write-failure.ts";
import { displayPath } from "../yaml-files.ts";
import { damaged, draftsOf, filesOf, journalOf, piecesOf, readPlan, type Plan } from "./journal.ts";
import { EditedMeanwhile, place, stateOf } from "./placement.ts";

/** What a run left behind that was killed while it wrote. */
export type Unfinished =
  /** Nothing was decided; the next run that writes removes it. */
  | { readonly kind: "draft" }
  | {
      readonly kind: "decided";
      readonly what: Plan["kind"];
      /** The statement, or the one that the approval or withdrawal is about. */
      readonly statement: Digest;
      /** Of the statement, relative to the project. */
      readonly folder: string;
      /** What will be in place, relative to the project. */
      readonly files: readonly string[];
      /** False where somebody edited the stack file since. */
      readonly canFinish: boolean;
    };

/**
 * Looks for what a killed run left behind; changes nothing.
 * @throws RefusalError `damaged-journal` where it is not as a verb wrote it
 */
export async function findUnfinished(stage: string, root = projectRoot): Promise<Unfinished | undefined> {
  const plan = await readPlan(stage, root);
  if (plan === undefined) return (await draftsOf(stage, root)).length > 0 ? { kind: "draft" } : undefined;
  const states = statesOf(plan, root);
  const { kind, statement, folder } = plan;
  return {
    kind: "decided",
    what: kind,
    statement,
    folder: join("statements", stage, folder),
    files: filesOf(plan),
    canFinish: !states.includes("edited"),
  };
}

/**
 * Puts in place what was decided on before a run was killed, and removes what was not decided.
 * @returns the statement's folder and files, relative to the project; undefined where nothing was decided
 * @throws RefusalError `unfinished-change` where the stack file was edited since, `damaged-journal`, `file-locked`,
 * `disk-full`, `file-not-writable`
 */
export async function finishUnfinished(
  stage: string,
  root = projectRoot,
  disk: Disk = realDisk,
): Promise<{ readonly folder: string; readonly files: readonly string[] } | undefined> {
  return underLock(join(root, stackFileName(stage)), stage, async () => {
    await removeDrafts(stage, root, disk);
    const plan = await readPlan(stage, root);
    if (plan === undefined) return undefined;
    if (statesOf(plan, root).includes("edited")) throw new RefusalError([edited(plan, root)]);
    try {
      await place(plan, root, disk);
      await removeJournal(stage, root, disk);
    } catch (error) {
      if (error instanceof EditedMeanwhile) throw new RefusalError([edited(plan, root)]);
      throw toWriteRefusal(error, journalOf(stage, root), "what was decided is kept");
    }
    return { folder: join("statements", stage, plan.folder), files: filesOf(plan) };
  });
}

/** For who has something against the stage: a killed run may be why. Looks only. */
export async function unfinishedRefusals(stage: string, root = projectRoot): Promise<readonly Refusal[]> {
  try {
    await refuseUnfinished(stage, root);
    return [];
  } catch (error) {
    if (error instanceof RefusalError) return error.refusals;
    throw error;
  }
}

/** For what else writes the stage's stack file. @throws RefusalError `unfinished-change`, `damaged-journal` */
export async function refuseUnfinished(stage: string, root: string): Promise<void> {
  const plan = await readPlan(stage, root);
  if (plan === undefined) return;
  if (statesOf(plan, root).includes("edited")) throw new RefusalError([edited(plan, root)]);
  throw new RefusalError([
    refuse(
      "unfinished-change",
      journalOf(stage, root),
      `${describe(plan)} that a killed run decided on and did not finish`,
      "nothing left to finish",
      `finish it by typing: ${plan.command}`,
    ),
  ]);
}

/** Called under the stage's lock. */
export async function removeDrafts(stage: string, root: string, disk: Disk): Promise<void> {
  for (const draft of await draftsOf(stage, root)) await disk.remove(draft);
}

/** At once: what is half removed is a draft again. Called under the stage's lock. */
export async function removeJournal(stage: string, root: string, disk: Disk): Promise<void> {
  const journal = journalOf(stage, root);
  const done = `${journal}.${"0".repeat(12)}`;
  await disk.remove(done);
  await disk.rename(journal, done);
  await disk.remove(done);
}

/** @throws RefusalError `damaged-journal` */
function statesOf(plan: Plan, root: string): readonly string[] {
  const journal = journalOf(plan.stage, root);
  const states = piecesOf(plan).map((piece) => ({ piece, state: stateOf(piece, journal, root) }));
  const broken = states.filter(({ state }) => state === "damaged");
  if (broken.length > 0) {
    throw new RefusalError(
      broken.map(({ piece }) => damaged(journal, `${piece.from}, or ${piece.to}, is not as it was written`)),
    );
  }
  return states.map(({ state }) => state);
}

function edited(plan: Plan, root: string): ReturnType<typeof refuse> {
  const { stage, folder, command } = plan;
  const journal = displayPath(journalOf(stage, root));
  const file = displayPath(join(root, stackFileName(stage)));
  return refuse(
    "unfinished-change",
    journalOf(stage, root),
    `${describe(plan)} that a killed run decided on; ${file} was edited since`,
    `${file} as it was before, or as it was to become`,
    [
      `to finish it, and lose what was edited since: ${shellCommand(["cp", join(journal, "stack-file.yaml"), file])}; then ${command}`,
      `to drop it: ${shellCommand(["rm", "-rf", journal, displayPath(join(root, "statements", stage, folder))])}`,
    ].join("\n"),
  );
}

function describe({ kind, folder }: Plan): string {
  const what = { statement: "the statement", approval: "an approval of", withdrawal: "a withdrawal of" };
  return `${what[kind]} ${folder}`;
}
