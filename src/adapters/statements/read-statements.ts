import type { Dirent } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { folderNameOf, parseStatement, type Statement } from "../../model/statements/statement.ts";
import { projectRoot } from "../project.ts";
import { displayPath } from "../yaml-files.ts";
import { listFolder, readPlainFile, refuse, refuseEntries } from "../plain-files.ts";

export const STATEMENT_FILE = "statement.json";
export const PROMOTER_SIGNATURE = "promoter.sig";
export const APPROVALS_FOLDER = "approvals";

const MAX_STATEMENTS = 50_000;
export const MAX_FILES = 1000;
export const MAX_STATEMENT_BYTES = 16 * 1024 * 1024;
const IN_ONE_GO = 64;
const FOLDER_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{12}$/;
const APPROVAL_NAME = /^[1-9]\d{0,2}\.json(?:\.sig)?$/;

/** statements/ of the project. */
export function statementsFolder(): string {
  return join(projectRoot, "statements");
}

/**
 * All statements about a stage. One that is not as the verbs write it is a refusal for the whole stage: nobody can tell
 * what it was to say.
 */
export async function readStatements(
  stage: string,
  folder = statementsFolder(),
): Promise<Outcome<readonly Statement[]>> {
  const top = listFolder(folder, MAX_FILES);
  if (top.kind === "refused") return top;
  const path = join(folder, stage);
  const entries = listFolder(path, MAX_STATEMENTS);
  if (entries.kind === "refused") return entries;
  const wrong = refuseEntries(path, entries.value, (name) => (FOLDER_NAME.test(name) ? "folder" : undefined));
  if (wrong.length > 0) return refused(wrong);
  const statements: Statement[] = [];
  const refusals: Refusal[] = [];
  for (const [index, { name }] of entries.value.entries()) {
    // What else is under way, the cluster's answer for one, gets its turn.
    if (index % IN_ONE_GO === 0) await setImmediate();
    const read = readStatement(join(path, name), name);
    if (read.kind === "refused") refusals.push(...read.refusals);
    // Its signatures are looked for under the stage that it names.
    else if (read.value.stage !== stage) refusals.push(refuseOtherStage(join(path, name), stage, read.value));
    else statements.push(read.value);
  }
  return refusals.length > 0 ? refused(refusals) : accepted(statements);
}

function readStatement(folder: string, name: string): Outcome<Statement> {
  const entries = listEntries(folder, kindOfEntry);
  if (entries.kind === "refused") return entries;
  const approvals = join(folder, APPROVALS_FOLDER);
  const listed = entries.value.some((entry) => entry.name === APPROVALS_FOLDER)
    ? listEntries(approvals, (file) => (APPROVAL_NAME.test(file) ? "file" : undefined))
    : accepted([]);
  if (listed.kind === "refused") return listed;
  const statement = readDocument(join(folder, STATEMENT_FILE));
  if (statement.kind === "refused") return statement;
  const expected = folderNameOf(statement.value);
  if (expected === name) return accepted(statement.value);
  return refused([misnamed(folder, name, expected)]);
}

function listEntries(folder: string, kindOf: Parameters<typeof refuseEntries>[2]): Outcome<readonly Dirent[]> {
  const entries = listFolder(folder, MAX_FILES);
  if (entries.kind === "refused") return entries;
  const wrong = refuseEntries(folder, entries.value, kindOf);
  return wrong.length > 0 ? refused(wrong) : entries;
}

function kindOfEntry(name: string): "file" | "folder" | undefined {
  if (name === STATEMENT_FILE || name === PROMOTER_SIGNATURE) return "file";
  return name === APPROVALS_FOLDER ? "folder" : undefined;
}

function readDocument(path: string): Outcome<Statement> {
  const bytes = readPlainFile(path, MAX_STATEMENT_BYTES);
  if (bytes.kind === "refused") return bytes;
  if (bytes.value !== undefined) return parseStatement(bytes.value, displayPath(path));
  return refused([
    refuse("missing-statement", path, "no such file", "the statement that this folder is for", "bring it back: git log"),
  ]);
}

function refuseOtherStage(folder: string, expected: string, { stage }: Statement): Refusal {
  return refuse("other-stage", folder, `a statement for ${stage}`, `for ${expected}`, `remove it: it counts in ${stage}`);
}

function misnamed(folder: string, name: string, expected: string): Refusal {
  return refuse("misnamed-statement", folder, name, expected, "bring the statement back as it was: git log shows it");
}
