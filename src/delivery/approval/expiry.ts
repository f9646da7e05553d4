import type { SignedStatement } from "../../model/statements/signed-statement.ts";
import type { ApprovalRule } from "../../model/trust/gate.ts";

/** When an approval counts no longer for a first deployment; undefined where the gate sets no end. */
export function expiresMs(whenMs: number, { expireAfterSeconds }: ApprovalRule): number | undefined {
  return expireAfterSeconds === undefined ? undefined : whenMs + expireAfterSeconds * 1000;
}

export function hasExpired(whenMs: number, rule: ApprovalRule, nowMs: number): boolean {
  const endMs = expiresMs(whenMs, rule);
  return endMs !== undefined && endMs <= nowMs;
}

/** The statement with the approvals that have not expired; withdrawals never do. */
export function withoutExpired(signed: SignedStatement, rule: ApprovalRule, nowMs: number): SignedStatement {
  const approvals = signed.approvals.filter(({ approval }) => !hasExpired(approval.whenMs, rule, nowMs));
  return { ...signed, approvals };
}
