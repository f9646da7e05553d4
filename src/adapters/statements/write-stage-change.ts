import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { digestOf } from "../../model/digest.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { folderNameOf, parseStatement } from "../../model/statements/statement.ts";
import { statingCommand } from "../../model/statements/stating-verb.ts";
import type { YamlChange } from "../../model/yaml-edit.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { realDisk, type Disk } from "../disk.ts";
import { refuse } from "../plain-files.ts";
import { projectRoot } from "../project.ts";
import { underLock } from "../stack-file-lock.ts";
import { editPlanned } from "../stack-file-writer.ts";
import { writeTogether } from "./journal-writer.ts";
import { filesOf, type Plan } from "./journal.ts";
import { refuseUnfinished } from "./pending-change.ts";
import { PROMOTER_SIGNATURE, STATEMENT_FILE } from "./read-statements.ts";

export interface StageChange {
  readonly stage: string;
  /** The stack file on which the change was planned. */
  readonly source: YamlSource;
  /** Empty where only a statement is written. */
  readonly changes: readonly YamlChange[];
  /** Canonical text. */
  readonly statement: string;
  readonly signature: string;
}

/** What was written, relative to the project. */
export interface WrittenChange {
  /** Of the statement. */
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * Writes a statement and what it states into the stack file: both or none, whenever the process is killed, and only
 * onto the text that they were planned on.
 * @throws RefusalError `file-changed`, `file-locked`, `file-not-writable`, `disk-full`, `edit-in-place`,
 * `unfinished-change`, `statement-exists`
 */
export async function writeStageChange(
  change: StageChange,
  root = projectRoot,
  disk: Disk = realDisk,
): Promise<WrittenChange> {
  const { stage, source, changes, statement, signature } = change;
  const file = join(root, stackFileName(stage));
  return underLock(file, stage, async () => {
    await refuseUnfinished(stage, root);
    const text = await editPlanned(file, stage, source, changes);
    const plan = planOf(change, text);
    const folder = join("statements", stage, plan.folder);
    if (existsSync(join(root, folder))) throw new RefusalError([alreadyThere(join(root, folder))]);
    const contents = new Map([
      [join("statement", STATEMENT_FILE), statement],
      [join("statement", PROMOTER_SIGNATURE), signature],
      ...(plan.stackFile === null ? [] : [["stack-file.yaml", text] as const]),
    ]);
    await writeTogether({ plan, contents, root, disk, like: new Map([["stack-file.yaml", file]]) });
    return { folder, files: await committable(filesOf(plan), file, root) };
  });
}

function planOf({ stage, source, statement, signature }: StageChange, text: string): Plan & { kind: "statement" } {
  const parsed = orThrow(parseStatement(Buffer.from(statement), STATEMENT_FILE), 1);
  if (parsed.stage !== stage) throw new Error(`a statement for ${parsed.stage} cannot be written for ${stage}`);
  return {
    format: 1,
    kind: "statement",
    stage,
    statement: parsed.digest,
    folder: folderNameOf(parsed),
    command: statingCommand(parsed),
    files: { [STATEMENT_FILE]: parsed.digest, [PROMOTER_SIGNATURE]: digestOf(signature) },
    stackFile: text === source.text ? null : { before: digestOf(source.text), after: digestOf(text) },
  };
}

/** Git knows what a link leads to by its own name, where that is in the project. */
async function committable(files: readonly string[], stackFile: string, root: string): Promise<readonly string[]> {
  const [real, realRoot] = await Promise.all([realpath(stackFile), realpath(root)]);
  const inside = relative(realRoot, real);
  const name = inside.startsWith("..") ? relative(root, stackFile) : inside;
  return files.map((file) => (file === relative(root, stackFile) ? name : file));
}

function alreadyThere(folder: string): ReturnType<typeof refuse> {
  return refuse("statement-exists", folder, "this very statement", "none yet", "look at git status: it was written before");
}
