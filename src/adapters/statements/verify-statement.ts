import { join } from "node:path";
import { digestOf } from "../../model/digest.ts";
import { accepted, combine, combineAll, refused, type Outcome } from "../../model/refusal.ts";
import { parseApprovalDocument, signedPart, type ApprovalDocument } from "../../model/statements/approval-document.ts";
import { APPROVAL_NAMESPACE } from "../../model/statements/approval.ts";
import type { SignatureCheck, SignedStatement } from "../../model/statements/signed-statement.ts";
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
export const MAX_APPROVAL_BYTES = 64 * 1024;

/** Who is said to have signed what, and when. */
export interface Claim {
  readonly principal: string;
  readonly namespace: string;
  readonly message: Uint8Array;
  readonly whenMs: number;
}

/** What decides of a signature that lies there. */
export type Verification = (claim: Claim, signature: string) => Promise<SignatureCheck>;

/** A statement with its approvals, each with what ssh-keygen says of its signature at the time written in it. */
export async function verifyStatement(
  statement: Statement,
  { text }: AllowedSigners,
  root = statementsFolder(),
): Promise<Outcome<SignedStatement>> {
  const verify: Verification = ({ whenMs, ...claim }, signature) =>
    verifySshSignature({ ...claim, allowedSigners: text, signature, atMs: whenMs });
  return readSigned(statement, verify, root);
}

/** A statement with everything that lies beside it. Only what `verifyStatement` gives may let anything in. */
export async function readSigned(
  statement: Statement,
  verify: Verification,
  root = statementsFolder(),
): Promise<Outcome<SignedStatement>> {
  const folder = join(root, statement.stage, folderNameOf(statement));
  const [promoter, documents] = await Promise.all([
    verifyPromoter(statement, folder, verify),
    verifyApprovals(join(folder, APPROVALS_FOLDER), verify),
  ]);
  const read = combine({ promoter, documents });
  if (read.kind === "refused") return read;
  return accepted({ statement, promoter: read.value.promoter, ...sortedByKind(read.value.documents) });
}

/** A document of approvals/, with what is said of its signature. */
interface SignedDocument {
  readonly document: ApprovalDocument;
  readonly signature: SignatureCheck;
}

function sortedByKind(documents: readonly SignedDocument[]): Pick<SignedStatement, "approvals" | "withdrawals"> {
  return {
    approvals: documents.flatMap(({ document, signature }) =>
      document.kind === "approval" ? [{ approval: document.approval, signature }] : [],
    ),
    withdrawals: documents.flatMap(({ document, signature }) =>
      document.kind === "withdrawal" ? [{ withdrawal: document.withdrawal, signature }] : [],
    ),
  };
}

async function verifyPromoter(
  { who, whenMs, digest }: Statement,
  folder: string,
  verify: Verification,
): Promise<Outcome<SignatureCheck>> {
  const path = join(folder, STATEMENT_FILE);
  const message = readPlainFile(path, MAX_STATEMENT_BYTES);
  if (message.kind === "refused") return message;
  // It was read before: what is signed must be what was judged.
  if (message.value === undefined || digestOf(message.value) !== digest)
    return refused([refuse("changed-meanwhile", path, "another statement than before", "no change meanwhile", "try again")]);
  const claim = { principal: who, namespace: STATEMENT_NAMESPACE, message: message.value, whenMs };
  return verifyFile(join(folder, PROMOTER_SIGNATURE), claim, verify);
}

async function verifyApprovals(
  folder: string,
  verify: Verification,
): Promise<Outcome<readonly SignedDocument[]>> {
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
  return combineAll(await Promise.all(documents.map((name) => verifyApproval(join(folder, name), verify))));
}

async function verifyApproval(path: string, verify: Verification): Promise<Outcome<SignedDocument>> {
  const bytes = readPlainFile(path, MAX_APPROVAL_BYTES);
  if (bytes.kind === "refused") return bytes;
  const message = bytes.value ?? new Uint8Array();
  const document = parseApprovalDocument(message, displayPath(path));
  if (document.kind === "refused") return document;
  const { principal, whenMs } = signedPart(document.value);
  const claim = { principal, namespace: APPROVAL_NAMESPACE, message, whenMs };
  const signature = await verifyFile(`${path}.sig`, claim, verify);
  return signature.kind === "refused" ? signature : accepted({ document: document.value, signature: signature.value });
}

async function verifyFile(
  path: string,
  claim: Claim,
  verify: Verification,
): Promise<Outcome<SignatureCheck>> {
  const bytes = readPlainFile(path, MAX_SIGNATURE_BYTES);
  if (bytes.kind === "refused") return bytes;
  if (bytes.value === undefined) return accepted({ kind: "invalid", reason: `there is no ${displayPath(path)}` });
  return accepted(await verify(claim, Buffer.from(bytes.value).toString("utf8")));
}
