import type { Refusal } from "../../model/refusal.ts";
import type { SignedApproval, SignedStatement } from "../../model/statements/signed-statement.ts";
import type { Statement } from "../../model/statements/statement.ts";
import type { ApprovalRule, Gate } from "../../model/trust/gate.ts";
import { checkSigner, countPeople, problemOfMember, type People, type Signer, type SignerCheck } from "./people.ts";
import { isAhead } from "./signed-time.ts";
import { countWithdrawals, refuseWithdrawn, withdrawalOf, type Withdrawals } from "./withdrawals.ts";

/** Whose members may state something of this kind: the promoters, and of a rollback those that the gate names for it. */
export function statingGroups(
  { promoters, rollback }: Pick<Gate, "promoters" | "rollback">,
  kind: Statement["kind"],
): readonly string[] {
  return kind === "rollback" ? [...new Set([...promoters, ...rollback])] : promoters;
}

/** The promoter: a signature that counts, of a member of the groups that may state it at that time. */
export function checkPromoter({ statement, promoter }: SignedStatement, gate: Gate, people: People): SignerCheck {
  const { who, whenMs, kind } = statement;
  const checked = checkSigner(promoter, who, whenMs, people);
  if (checked.kind === "problem") return checked;
  const stranger = problemOfMember(statingGroups(gate, kind), who, whenMs, people);
  return stranger === undefined ? checked : problem(stranger);
}

/**
 * Where no approvals are asked for, nobody else looks at what a rollback says: who is no promoter may bring back what
 * was stated before, and still stands, and nothing besides.
 * @param restores whether it does exactly that
 */
export function refuseBeyondRollback(
  { statement }: SignedStatement,
  gate: Gate,
  restores: boolean,
  people: People,
): readonly Refusal[] {
  const { kind, who, whenMs, file } = statement;
  if (kind !== "rollback" || restores || gate.approvals !== undefined) return [];
  const isRollbackOnly = problemOfMember(gate.rollback, who, whenMs, people) === undefined;
  if (!isRollbackOnly || problemOfMember(gate.promoters, who, whenMs, people) === undefined) return [];
  return [
    {
      code: "rollback-of-a-promoter",
      place: { file },
      found: `a rollback by ${who} to a state that no earlier statement left, or to one that stands no longer`,
      expected: `exactly what an earlier statement left, or a signature of a member of ${gate.promoters.join(" or ")}`,
      action: "remove the statement, and let a promoter roll back",
    },
  ];
}

export function refusePromoter({ statement }: SignedStatement, gate: Gate, checked: SignerCheck): readonly Refusal[] {
  if (checked.kind === "signer") return [];
  return [
    {
      code: "not-signed-by-promoter",
      place: { file: statement.file },
      found: checked.problem,
      expected: `a signature of a member of ${statingGroups(gate, statement.kind).join(" or ")}, by a key that counts at the statement's time`,
      action: "remove the statement, have it written and signed again by a promoter, and approved anew",
    },
  ];
}

/** An approval, and whether it counts. */
export interface JudgedApproval extends SignedApproval {
  readonly check: SignerCheck;
}

/** How many people's approvals of a statement count, and why others do not. */
export interface ApprovalCount {
  readonly count: number;
  readonly judged: readonly JudgedApproval[];
  /** Also of withdrawals that do not count. */
  readonly problems: readonly string[];
}

export function countApprovals(
  signed: SignedStatement,
  rule: ApprovalRule,
  gate: Pick<Gate, "promoters">,
  promoter: SignerCheck,
  people: People,
): ApprovalCount {
  const stated = promoterOf(signed, promoter);
  const withdrawals = countWithdrawals(signed, gate, stated, people);
  const given = signed.approvals.map((one) => ({ ...one, check: checkApproval(one, signed, rule, people) }));
  const judged = given.map((one) => ({ ...one, check: unlessWithdrawn(one, withdrawals) }));
  // Who shares a name or a key with an approval that was taken back still does.
  const links = [...given.flatMap(signersOf), ...withdrawals.counted.map(({ signer }) => signer)];
  const count = countPeople(judged.flatMap(signersOf), rule.fourEyes ? stated : undefined, links);
  const problems = judged.flatMap(({ approval: { file }, check }) =>
    check.kind === "problem" ? [`${file}: ${check.problem}`] : [],
  );
  return { count, judged, problems: [...problems, ...withdrawals.problems] };
}

function signersOf({ check }: JudgedApproval): readonly Signer[] {
  return check.kind === "signer" ? [check.signer] : [];
}

function unlessWithdrawn({ approval, check }: JudgedApproval, { counted }: Withdrawals): SignerCheck {
  if (check.kind === "problem") return check;
  const withdrawal = withdrawalOf(check.signer, approval.whenMs, counted);
  return withdrawal === undefined ? check : problem(`withdrawn by ${withdrawal.principal}: ${withdrawal.reason}`);
}

/** What is missing of the approvals that a gate asks for. Each approval that does not count is named with its reason. */
export function refuseApprovals(
  signed: SignedStatement,
  gate: Gate,
  promoter: SignerCheck,
  people: People,
): readonly Refusal[] {
  const rule = gate.approvals;
  if (rule === undefined) return [];
  const { count, problems } = countApprovals(signed, rule, gate, promoter, people);
  if (count >= rule.count) return [];
  const eyes = rule.fourEyes ? ", none of them the promoter" : "";
  return [
    {
      code: "not-approved",
      place: { file: signed.statement.file },
      found: [`approvals of ${count} ${count === 1 ? "person" : "people"} that count${eyes}`, ...problems].join("\n"),
      expected: `approvals of ${rule.count}, members of ${rule.groups.join(" or ")}${eyes}`,
      action: `npm run approve -- ${signed.statement.stage}`,
    },
  ];
}

/** Somebody who may took the statement back. */
export function refuseWithdrawnStatement(
  signed: SignedStatement,
  gate: Gate,
  promoter: SignerCheck,
  people: People,
): readonly Refusal[] {
  return refuseWithdrawn(signed, countWithdrawals(signed, gate, promoterOf(signed, promoter), people));
}

function checkApproval(
  { approval, signature }: SignedApproval,
  { statement }: SignedStatement,
  rule: ApprovalRule,
  people: People,
): SignerCheck {
  const { role, principal, whenMs } = approval;
  if (approval.statement !== statement.digest) return problem("it approves another statement");
  if (approval.stage !== statement.stage) return problem(`it approves for the stage ${approval.stage}`);
  if (approval.project !== statement.project) return problem(`it approves for the project ${approval.project}`);
  if (!rule.groups.includes(role)) return problem(`${role} is none of ${rule.groups.join(", ")}`);
  if (whenMs < statement.whenMs) return problem("it is older than the statement");
  if (isAhead(whenMs, people.nowMs)) return problem("its time is yet to come");
  const stranger = problemOfMember([role], principal, whenMs, people);
  return stranger === undefined ? checkSigner(signature, principal, whenMs, people) : problem(stranger);
}

/** Also where the promoter's own signature does not count, four eyes are not two. */
export function promoterOf({ statement, promoter }: SignedStatement, checked: SignerCheck): Signer {
  if (checked.kind === "signer") return checked.signer;
  return { principal: statement.who, fingerprint: promoter.kind === "valid" ? promoter.fingerprint : "" };
}

function problem(text: string): SignerCheck {
  return { kind: "problem", problem: text };
}
