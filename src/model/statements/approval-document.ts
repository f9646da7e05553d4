import { z } from "zod";
import { accepted, andThen, type Outcome } from "../refusal.ts";
import { approvalSchema, toApproval, type Approval } from "./approval.ts";
import { parseSignedJson } from "./signed-json.ts";
import { toWithdrawal, withdrawalSchema, type Withdrawal } from "./withdrawal.ts";

/** What lies in a statement's approvals/: somebody's approval, or what takes one back. */
export type ApprovalDocument =
  | { readonly kind: "approval"; readonly approval: Approval }
  | { readonly kind: "withdrawal"; readonly withdrawal: Withdrawal };

const documentSchema = z.discriminatedUnion("_type", [approvalSchema, withdrawalSchema], {
  error: "an approval or a withdrawal",
});

/** @param file for people */
export function parseApprovalDocument(bytes: Uint8Array, file: string): Outcome<ApprovalDocument> {
  const document = { file, what: "approval", code: "invalid-approval" };
  return andThen(parseSignedJson(bytes, documentSchema, document), (text): Outcome<ApprovalDocument> => {
    switch (text._type) {
      case "urn:lockstep:approval:v1":
        return accepted({ kind: "approval", approval: toApproval(text, file) });
      case "urn:lockstep:withdrawal:v1":
        return accepted({ kind: "withdrawal", withdrawal: toWithdrawal(text, file) });
    }
  });
}

/** Who it says signed it, and when. */
export function signedPart(document: ApprovalDocument): Pick<Approval, "principal" | "whenMs"> {
  return document.kind === "approval" ? document.approval : document.withdrawal;
}
