import type { Refusal } from "../model/refusal.ts";
import type { SignatureCheck, SignedStatement } from "../model/statements/signed-statement.ts";
import type { Revocations, RevokedKey } from "../model/trust/revocations.ts";
import { shellCommand } from "../model/shell-word.ts";

/** A file that is not what it was where the change began. */
export interface ChangedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly status: "added" | "edited" | "removed";
}

/** Clocks differ by this much, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Refuses what a change does to the record: files below statements/ and signed roots are only ever added to.
 * @param base the branch that the change is to go to, for people
 */
export function refuseRewrittenHistory(changes: readonly ChangedFile[], base: string): readonly Refusal[] {
  return changes
    .filter(({ path, status }) => status !== "added" && isRecord(path))
    .map(({ path, status }) => {
      const isRoot = path.startsWith(ROOTS);
      return {
        code: `${isRoot ? "root" : "statement"}-${status}`,
        place: { file: path },
        found: `${status} by this change`,
        expected: `what ${base} has: ${isRoot ? "roots" : "statements and approvals"} are only ever added`,
        action: `${shellCommand(["git", "checkout", base, "--", path])}${isRoot ? "" : "; to withdraw a statement, revoke it"}`,
      };
    });
}

const STATEMENTS = "statements/";
const ROOTS = "trust/root/";

/** Roots and their signatures, statements, approvals: not what people write beside them for each other. */
function isRecord(path: string): boolean {
  return (path.startsWith(STATEMENTS) && path !== "statements/README.md") || path.startsWith(ROOTS);
}

export interface AddedStatements {
  readonly statements: readonly SignedStatement[];
  readonly changes: readonly ChangedFile[];
  readonly revocations: Revocations;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Refuses statements and approvals of this change that nobody can have written as they say. The time in a signature is
 * the signer's word: a key of somebody who left could sign for the time before. What the base branch already has was
 * there in time; what comes now was signed now.
 */
export function refuseImpossibleTimes(added: AddedStatements): readonly Refusal[] {
  const files = new Set(added.changes.flatMap(({ path, status }) => (status === "added" ? [path] : [])));
  return added.statements.flatMap(({ statement, promoter, approvals, withdrawals }) => {
    const documents = [
      { file: statement.file, whenMs: statement.whenMs, signature: promoter },
      ...approvals.map(({ approval, signature }) => ({ file: approval.file, whenMs: approval.whenMs, signature })),
      ...withdrawals.map(({ withdrawal: { file, whenMs }, signature }) => ({ file, whenMs, signature })),
    ];
    return documents
      .filter(({ file }) => files.has(file))
      .flatMap(({ file, whenMs, signature }) => [
        ...refuseFuture(file, whenMs, added.nowMs),
        ...refuseLeft(file, signature, added.revocations.keys),
      ]);
  });
}

function refuseFuture(file: string, whenMs: number, nowMs: number): readonly Refusal[] {
  if (whenMs <= nowMs + CLOCK_SKEW_MS) return [];
  return [
    {
      code: "signed-in-the-future",
      place: { file, path: "when" },
      found: new Date(whenMs).toISOString(),
      expected: `not after now, ${new Date(nowMs).toISOString()}`,
      action: "set the clock of the machine that signs, and sign again",
    },
  ];
}

function refuseLeft(file: string, signature: SignatureCheck, keys: readonly RevokedKey[]): readonly Refusal[] {
  if (signature.kind === "invalid") return [];
  const revoked = keys.find(({ fingerprint }) => fingerprint === signature.fingerprint);
  if (revoked === undefined) return [];
  return [
    {
      code: "signed-by-revoked-key",
      place: { file },
      found: `added by this change, signed with a key of ${signature.principal} that is revoked since ${new Date(revoked.sinceMs).toISOString()}: ${revoked.reason}`,
      expected: "signatures of keys that still count",
      action: "let somebody sign it whose key counts",
    },
  ];
}
