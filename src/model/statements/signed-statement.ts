import type { Approval } from "./approval.ts";
import type { Statement } from "./statement.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** What ssh-keygen says of a signature, at the time that the document gives. */
export type SignatureCheck =
  | { readonly kind: "valid"; readonly principal: string; readonly fingerprint: string }
  | { readonly kind: "invalid"; readonly reason: string };

export interface SignedApproval {
  readonly approval: Approval;
  readonly signature: SignatureCheck;
}

export interface SignedWithdrawal {
  readonly withdrawal: Withdrawal;
  readonly signature: SignatureCheck;
}

/** A statement with everything that lies beside it. */
export interface SignedStatement {
  readonly statement: Statement;
  readonly promoter: SignatureCheck;
  readonly approvals: readonly SignedApproval[];
  readonly withdrawals: readonly SignedWithdrawal[];
}
