import type { Refusal } from "../../model/refusal.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { SignedStatement, SignedWithdrawal } from "../../model/statements/signed-statement.ts";
import { statingCommand } from "../../model/statements/stating-verb.ts";
import type { Withdrawal } from "../../model/statements/withdrawal.ts";
import type { Gate } from "../../model/trust/gate.ts";
import { checkSigner, problemOfMember, type People, type Signer, type SignerCheck } from "./people.ts";
import { shortDigest } from "./statement-chain.ts";

/** A withdrawal that counts, and whose it is. */
export interface CountedWithdrawal {
  readonly withdrawal: Withdrawal;
  readonly signer: Signer;
}

/** The withdrawals beside a statement. */
export interface Withdrawals {
  readonly counted: readonly CountedWithdrawal[];
  /** Why others do not count, for people. */
  readonly problems: readonly string[];
}

/**
 * Which withdrawals count: those of whoever counted when they were written. Nothing that happens later gives an
 * approval back: neither that somebody left, nor that a key is found to be compromised. A thief of a key can only say
 * no with it, and nobody can tell that no from its owner's.
 * @param promoter whose statement it is, and with which key
 */
export function countWithdrawals(
  signed: SignedStatement,
  gate: Pick<Gate, "promoters">,
  promoter: Signer,
  people: People,
): Withdrawals {
  const checks = signed.withdrawals.map((one) => ({
    one,
    check: checkWithdrawal(one, signed, gate, promoter, whenWritten(people)),
  }));
  return {
    counted: checks.flatMap(({ one: { withdrawal }, check }) =>
      check.kind === "signer" ? [{ withdrawal, signer: check.signer }] : [],
    ),
    problems: checks.flatMap(({ one: { withdrawal }, check }) =>
      check.kind === "problem" ? [`${withdrawal.file}: ${check.problem}`] : [],
    ),
  };
}

/** The withdrawal that takes an approval back: of the same person or key, and not older than it. */
export function withdrawalOf(
  { principal, fingerprint }: Signer,
  approvedMs: number,
  counted: readonly CountedWithdrawal[],
): Withdrawal | undefined {
  const own = counted.find(
    ({ withdrawal, signer }) =>
      withdrawal.withdraws === "approval" &&
      (signer.principal === principal || signer.fingerprint === fingerprint) &&
      // At the same second nobody knows which came last.
      approvedMs <= withdrawal.whenMs,
  );
  return own?.withdrawal;
}

/** Somebody who may took the statement itself back. */
export function refuseWithdrawn({ statement }: SignedStatement, { counted }: Withdrawals): readonly Refusal[] {
  return counted
    .filter(({ withdrawal }) => withdrawal.withdraws === "statement")
    .map(({ withdrawal: { file, principal, whenMs, reason } }) => ({
      code: "withdrawn-statement",
      place: { file },
      found: `the statement ${shortDigest(statement.digest)}, withdrawn by ${principal} at ${renderSignedTime(whenMs)}: ${reason}`,
      expected: "a statement that nobody took back",
      action: `state it again on top: npm run propose -- ${statement.stage}; or take its change back: ${statingCommand(statement)} once it is good`,
    }));
}

function checkWithdrawal(
  { withdrawal, signature }: SignedWithdrawal,
  { statement }: SignedStatement,
  { promoters }: Pick<Gate, "promoters">,
  promoter: Signer,
  people: People,
): SignerCheck {
  const { principal, role, whenMs, withdraws } = withdrawal;
  if (withdrawal.statement !== statement.digest) return problem("it withdraws another statement");
  if (withdrawal.stage !== statement.stage) return problem(`it withdraws for the stage ${withdrawal.stage}`);
  if (withdrawal.project !== statement.project) return problem(`it withdraws for the project ${withdrawal.project}`);
  if (whenMs < statement.whenMs) return problem("it is older than the statement");
  const checked = checkSigner(signature, principal, whenMs, people);
  if (checked.kind === "problem" || withdraws === "approval") return checked;
  if (principal === promoter.principal || checked.signer.fingerprint === promoter.fingerprint) return checked;
  if (!promoters.includes(role)) return problem(`${role} is none of ${promoters.join(", ")}`);
  const stranger = problemOfMember([role], principal, whenMs, people);
  return stranger === undefined ? checked : problem(stranger);
}

/** Who counted then: a key that was given up later was good, and a compromised one may have been. */
function whenWritten({ revocations, ...people }: People): People {
  const keys = revocations.keys.filter(({ kind }) => kind === "left");
  return { ...people, revocations: { ...revocations, keys }, nowMs: undefined };
}

function problem(text: string): SignerCheck {
  return { kind: "problem", problem: text };
}
