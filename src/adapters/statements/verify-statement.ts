import { join } from "node:path";
import { digestOf } from "../../model/digest.ts";
import { accepted, combine, combineAll, refused, type Outcome } from "../../model/refusal.ts";
import { APPROVAL_NAMESPACE, parseApproval, type Approval } from "../../model/statements/approval.ts";
import type { SignatureCheck, SignedApproval, SignedStatement } from "../../model/statements/signed-statement.ts";
import { folderNameOf, STATEMENT_NAMESPACE, type Statement } from "../../model/statements/statement.ts";
import type { AllowedSigners } from "../../model/trust/allowed-signers.ts";
import { verifySshSignature } from "../trust/ssh-keygen.ts";
import { displayPath } from "../yaml-files.ts";
import { listFolder, readPlainFile, refuse } from "../plain-files.ts";
import {
  APPROVALS_FOLDER,
  MAX_FILES,
  MAX_STATEMENT_BYTES,
  PROMOTER_SIGNATURE,
  STATEMENT_FILE,
  statementsFolder,
} from "./read-statements.ts";

const MAX_SIGNATURE_BYTES = 16 * 1024;
const MAX_APPROVAL_BYTES = 64 * 1024;

interface Claim {
  readonly principal: string;
  readonly namespace: string;
  readonly message: Uint8Array;
  readonly whenMs: number;
}

/** A statement with its approvals, each with what ssh-keygen says of its signature at the time written in it. */
export async function verifyStatement(
  statement: Statement,
  allowedSigners: AllowedSigners,
  root = statementsFolder(),
): Promise<Outcome<SignedStatement>> {
  const folder = join(root, statement.stage, folderNameOf(statement));
  const [promoter, approvals] = await Promise.all([
    verifyPromoter(statement, folder, allowedSigners),
    verifyApprovals(join(folder, APPROVALS_FOLDER), allowedSigners),
  ]);
  const read = combine({ promoter, approvals });
  return read.kind === "refused" ? read : accepted({ statement, ...read.value });
}

async function verifyPromoter(
  { who, whenMs, digest }: Statement,
  folder: string,
  allowedSigners: AllowedSigners,
): Promise<Outcome<SignatureCheck>> {
  const path = join(folder, STATEMENT_FILE);
  const message = readPlainFile(path, MAX_STATEMENT_BYTES);
  if (message.kind === "refused") return message;
  // It was read before: what is signed must be what was judged.
  if (message.value === undefined || digestOf(message.value) !== digest)
    return refused([refuse("changed-meanwhile", path, "another statement than before", "no change meanwhile", "try again")]);
  const claim = { principal: who, namespace: STATEMENT_NAMESPACE, message: message.value, whenMs };
  return verifyFile(join(folder, PROMOTER_SIGNATURE), claim, allowedSigners);
}

async function verifyApprovals(
  folder: string,
  allowedSigners: AllowedSigners,
): Promise<Outcome<readonly SignedApproval[]>> {
  // Their kinds were looked at when the statements were read.
  const entries = listFolder(folder, MAX_FILES);
  if (entries.kind === "refused") return entries;
  const names = entries.value.map(({ name }) => name).toSorted();
  const documents = names.filter((name) => name.endsWith(".json"));
  const lonely = names.filter((name) => name.endsWith(".sig") && !documents.includes(name.slice(0, -".sig".length)));
  if (lonely.length > 0) {
    const found = "a signature without its approval";
    return refused(
      lonely.map((name) => refuse("unexpected-file", join(folder, name), found, "both, or none", "remove it")),
    );
  }
  return combineAll(await Promise.all(documents.map((name) => verifyApproval(join(folder, name), allowedSigners))));
}

async function verifyApproval(path: string, allowedSigners: AllowedSigners): Promise<Outcome<SignedApproval>> {
  const bytes = readPlainFile(path, MAX_APPROVAL_BYTES);
  if (bytes.kind === "refused") return bytes;
  const message = bytes.value ?? new Uint8Array();
  const approval: Outcome<Approval> = parseApproval(message, displayPath(path));
  if (approval.kind === "refused") return approval;
  const { principal, whenMs } = approval.value;
  const claim = { principal, namespace: APPROVAL_NAMESPACE, message, whenMs };
  const signature = await verifyFile(`${path}.sig`, claim, allowedSigners);
  return signature.kind === "refused" ? signature : accepted({ approval: approval.value, signature: signature.value });
}

async function verifyFile(
  path: string,
  { principal, namespace, message, whenMs }: Claim,
  allowedSigners: AllowedSigners,
): Promise<Outcome<SignatureCheck>> {
  const bytes = readPlainFile(path, MAX_SIGNATURE_BYTES);
  if (bytes.kind === "refused") return bytes;
  if (bytes.value === undefined) return accepted({ kind: "invalid", reason: `there is no ${displayPath(path)}` });
  const signature = Buffer.from(bytes.value).toString("utf8");
  const { text } = allowedSigners;
  const check = await verifySshSignature({ allowedSigners: text, principal, namespace, signature, message, atMs: whenMs });
  return accepted(check);
}
