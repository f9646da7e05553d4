import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { digestOf, hexOf } from "../../model/digest.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { folderNameOf, type Statement } from "../../model/statements/statement.ts";
import { realDisk, type Disk } from "../disk.ts";
import { listFolder, refuse } from "../plain-files.ts";
import { projectRoot } from "../project.ts";
import { underLock } from "../stack-file-lock.ts";
import { writeTogether } from "./journal-writer.ts";
import { filesOf, type Plan } from "./journal.ts";
import { refuseUnfinished } from "./pending-change.ts";
import { APPROVALS_FOLDER, MAX_FILES, STATEMENT_FILE } from "./read-statements.ts";

export interface ApprovalWrite {
  /** The statement that it is about. */
  readonly statement: Pick<Statement, "stage" | "whenMs" | "digest">;
  /** Canonical text of an approval or a withdrawal. */
  readonly text: string;
  readonly signature: string;
}

/** A withdrawal says what it takes back. */
const signedByOne = z.looseObject({ principal: z.string(), withdraws: z.string().optional() });
const MAX_NUMBER = 999;

/**
 * Writes an approval, or its withdrawal, beside the statement: the document and its signature, both or none, whenever
 * the process is killed.
 * @returns the files, relative to the project
 * @throws RefusalError `missing-statement`, `too-many-files`, `unfinished-change`, `file-locked`, `disk-full`,
 * `file-not-writable`
 */
export async function writeApproval(
  { statement, text, signature }: ApprovalWrite,
  root = projectRoot,
  disk: Disk = realDisk,
): Promise<readonly string[]> {
  const { stage, digest } = statement;
  const { principal, withdraws } = signedByOne.parse(JSON.parse(text));
  const kind = withdraws === undefined ? "approval" : "withdrawal";
  return underLock(join(root, stackFileName(stage)), stage, async () => {
    await refuseUnfinished(stage, root);
    const folder = join(root, "statements", stage, folderNameOf(statement));
    if (!existsSync(join(folder, STATEMENT_FILE))) throw new RefusalError([gone(folder)]);
    const number = freeNumber(join(folder, APPROVALS_FOLDER), principal);
    const plan: Plan = {
      format: 1,
      kind,
      stage,
      statement: digest,
      folder: folderNameOf(statement),
      command: commandOf(kind, statement),
      number,
      document: digestOf(text),
      signature: digestOf(signature),
    };
    const contents = new Map([
      [`${number}.json`, text],
      [`${number}.json.sig`, signature],
    ]);
    await writeTogether({ plan, contents, root, disk });
    return filesOf(plan);
  });
}

function commandOf(kind: "approval" | "withdrawal", { stage, digest }: ApprovalWrite["statement"]): string {
  if (kind === "approval") return `npm run approve -- ${stage}`;
  return `npm run revoke -- ${stage} ${hexOf(digest).slice(0, 12)} --reason "…"`;
}

/** From 1 to 999, by the name: two people who approve on two branches write two files, so that git merges them. */
export function numberOf(principal: string): number {
  return (createHash("sha256").update(principal).digest().readUInt32BE(0) % MAX_NUMBER) + 1;
}

/** The principal's number, or the next one that is free. */
function freeNumber(approvals: string, principal: string): number {
  const names = new Set(orThrow(listFolder(approvals, MAX_FILES), 1).map(({ name }) => name));
  const first = numberOf(principal);
  for (let step = 0; step < MAX_NUMBER; step += 1) {
    const number = ((first - 1 + step) % MAX_NUMBER) + 1;
    if (!names.has(`${number}.json`) && !names.has(`${number}.json.sig`)) return number;
  }
  throw new RefusalError([refuse("too-many-files", approvals, "999 approvals", "a free number", "state it again")]);
}

function gone(folder: string): ReturnType<typeof refuse> {
  return refuse("missing-statement", folder, "no statement any more", "the statement that is approved", "bring it back: git log");
}
