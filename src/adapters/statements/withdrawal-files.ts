import { join } from "node:path";
import { folderNameOf, type Statement } from "../../model/statements/statement.ts";
import { listFolder, readPlainFile } from "../plain-files.ts";
import { APPROVALS_FOLDER, MAX_FILES, statementsFolder } from "./read-statements.ts";
import { MAX_APPROVAL_BYTES } from "./verify-statement.ts";

/**
 * Whether something beside a statement may be a withdrawal: to verify those alone where there are thousands. What cannot
 * be read may be one.
 */
export function mayBeWithdrawn(statement: Statement, root = statementsFolder()): boolean {
  const folder = join(root, statement.stage, folderNameOf(statement), APPROVALS_FOLDER);
  const entries = listFolder(folder, MAX_FILES);
  if (entries.kind === "refused") return true;
  return entries.value.some(({ name }) => {
    if (!name.endsWith(".json")) return false;
    const bytes = readPlainFile(join(folder, name), MAX_APPROVAL_BYTES);
    return bytes.kind === "refused" || Buffer.from(bytes.value ?? []).includes("urn:lockstep:withdrawal:");
  });
}
