import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { Withdrawal } from "../../model/statements/withdrawal.ts";
import type { Gate } from "../../model/trust/gate.ts";
import { membershipsAt } from "../../model/trust/roles.ts";
import type { Trust } from "../../model/trust/trust.ts";
import type { Signer } from "../coverage/people.ts";
import { isSamePerson } from "./approver.ts";
import type { NewestStatement } from "./newest-statements.ts";

export interface RevocationQuestion {
  readonly newest: NewestStatement;
  readonly signer: Signer;
  /** Whether the statement itself is meant, also where the signer approved it. */
  readonly statement: boolean;
  readonly gate: Gate;
  readonly trust: Pick<Trust, "roles">;
  readonly nowMs: number;
}

/** What somebody takes back, and in whose name. */
export type Revocation = Pick<Withdrawal, "withdraws" | "role" | "whenMs">;

/** What a signer may take back of a statement: the own approval; the statement itself where it is the own, or is named. */
export function planRevocation(question: RevocationQuestion): Outcome<Revocation> {
  const { newest, signer, nowMs, gate } = question;
  const { statement, signed } = newest;
  const own = newest.approvals?.judged.filter(
    ({ check }) => check.kind === "signer" && isSamePerson(check.signer, signer),
  );
  const [approved] = own ?? [];
  const whenMs = Math.max(Math.floor(nowMs / 1000) * 1000, statement.whenMs);
  if (approved !== undefined && !question.statement) {
    const times = own?.map(({ approval }) => approval.whenMs) ?? [];
    return accepted({ withdraws: "approval", role: approved.approval.role, whenMs: Math.max(whenMs, ...times) });
  }
  const { promoter } = signed;
  const fingerprint = promoter.kind === "valid" ? promoter.fingerprint : "";
  const isPromoter = isSamePerson(signer, { principal: statement.who, fingerprint });
  const group = gate.promoters.find((one) => isMember(question, one)) ?? (isPromoter ? gate.promoters[0] : undefined);
  if (group === undefined) {
    return refused([
      {
        code: "nothing-to-withdraw",
        place: { file: statement.file },
        found: `${signer.principal}, who has no approval of it that counts, and is no promoter of ${statement.stage}`,
        expected: `an approver of it, its promoter, or a member of ${gate.promoters.join(" or ")}`,
        action: `let one of them withdraw it: npm run approvals -- ${statement.stage} --all`,
      },
    ]);
  }
  if (newest.refusals.some(({ code }) => code === "withdrawn-statement")) {
    return refused([
      {
        code: "withdrawn-already",
        place: { file: statement.file },
        found: "a statement that was withdrawn already",
        expected: "one that counts",
        action: `npm run approvals -- ${statement.stage} --all`,
      },
    ]);
  }
  if (!question.statement && !isPromoter) return refused([refuseOthersStatement(question)]);
  return accepted({ withdraws: "statement", role: group, whenMs });
}

/** For good, and of somebody else: nobody does that by repeating a command. */
function refuseOthersStatement({ newest: { statement }, signer }: RevocationQuestion): Refusal {
  return {
    code: "nothing-to-withdraw",
    place: { file: statement.file },
    found: `no approval of ${signer.principal} that counts; ${statement.who} stated it`,
    expected: "an approval of your own, or --statement",
    action: "--statement withdraws the statement itself, for good",
  };
}

function isMember({ trust, signer, nowMs }: RevocationQuestion, group: string): boolean {
  return membershipsAt(trust.roles, group, signer.principal, nowMs).length > 0;
}
