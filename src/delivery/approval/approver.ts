import { didYouMean } from "../../model/nearest.ts";
import { accepted, refused, type Outcome, type Place, type Refusal } from "../../model/refusal.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import { membershipsAt } from "../../model/trust/roles.ts";
import { signerLines, type SignerLine } from "../../model/trust/signer-lines.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { APPROVAL_NAMESPACE } from "../../model/statements/approval.ts";
import type { Statement } from "../../model/statements/statement.ts";
import { checkSigner, type Signer } from "../coverage/people.ts";
import { hasExpired } from "./expiry.ts";
import type { ApprovalProgress, NewestStatement } from "./newest-statements.ts";

export interface ApproverQuestion {
  readonly newest: NewestStatement;
  readonly signer: Signer;
  /** The group in whose name; undefined: the first of the gate's that the signer is in. */
  readonly role: string | undefined;
  readonly trust: Pick<Trust, "roles">;
  readonly nowMs: number;
}

/** In whose name somebody may approve a statement now, or all that stands against it. */
export function findApproverRole(question: ApproverQuestion): Outcome<string> {
  const { newest, signer } = question;
  const { approvals, refusals, statement } = newest;
  const place = { file: statement.file };
  if (approvals === undefined) return refused([refuseNotAsked(newest)]);
  const role = roleOf(question, approvals);
  const reasons = [
    ...refusals.filter(({ code }) => code !== "not-approved"),
    ...refuseOwn(newest, approvals, signer, place),
    ...refuseTwice(question, approvals, place),
    ...(role.kind === "refused" ? role.refusals : []),
  ];
  return reasons.length > 0 ? refused(reasons) : role;
}

/**
 * The time of an approval, in whole seconds: not before the statement, and after what the same person took back. Only a
 * withdrawal that the person signed moves it: anybody can write one down in anybody's name.
 */
export function whenApproved({ statement, signed }: NewestStatement, signer: Signer, nowMs: number): number {
  const after = signed.withdrawals.flatMap(({ withdrawal, signature }) =>
    signature.kind === "valid" && isSamePerson(signature, signer) ? [withdrawal.whenMs + 1000] : [],
  );
  return Math.max(Math.floor(nowMs / 1000) * 1000, statement.whenMs, ...after);
}

/** Whether two signatures are of one person: names that share a key are one, and keys that share a name. */
export function isSamePerson(left: Signer, right: Signer): boolean {
  return left.principal === right.principal || left.fingerprint === right.fingerprint;
}

function roleOf({ signer, role, trust, nowMs, newest }: ApproverQuestion, { rule }: ApprovalProgress): Outcome<string> {
  const { principal } = signer;
  const memberOf = (group: string) => membershipsAt(trust.roles, group, principal, nowMs).length > 0;
  const groups = rule.groups.filter(memberOf);
  const found = role === undefined ? groups[0] : groups.find((group) => group === role);
  if (found !== undefined) return accepted(found);
  const known = role === undefined || rule.groups.includes(role);
  return refused([
    {
      code: known ? "not-an-approver" : "unknown-role",
      place: { file: "roles.yaml" },
      found: known
        ? `${principal}, who is no member of ${role ?? rule.groups.join(" or ")} now`
        : `${role}${didYouMean(role, rule.groups)}`,
      expected: `a member of ${rule.groups.join(" or ")}, as the gate of ${newest.statement.stage} asks`,
      action: groups.length > 0 ? `--role ${groups[0] ?? ""}` : `let one of them approve: ${whoCan(newest.statement)}`,
    },
  ]);
}

function refuseOwn(
  { statement, signed }: NewestStatement,
  { rule }: ApprovalProgress,
  signer: Signer,
  place: Place,
): Refusal[] {
  if (!rule.fourEyes) return [];
  const { promoter } = signed;
  const fingerprint = promoter.kind === "valid" ? promoter.fingerprint : "";
  if (!isSamePerson(signer, { principal: statement.who, fingerprint })) return [];
  return [
    {
      code: "promoter-approves",
      place,
      found: `${signer.principal}, who stated it`,
      expected: "somebody else: the gate asks for four eyes",
      action: `let somebody else approve it: ${whoCan(statement)}`,
    },
  ];
}

function refuseTwice(
  { newest, signer, nowMs }: ApproverQuestion,
  { judged, rule }: ApprovalProgress,
  place: Place,
): Refusal[] {
  const own = judged.find(
    ({ check, approval }) =>
      check.kind === "signer" &&
      isSamePerson(check.signer, signer) &&
      (newest.deployed || !hasExpired(approval.whenMs, rule, nowMs)),
  );
  if (own === undefined) return [];
  return [
    {
      code: "approved-already",
      place,
      found: `an approval of ${own.approval.principal} of ${renderSignedTime(own.approval.whenMs)} already`,
      expected: "one approval of each person",
      action: `let somebody else approve it: ${whoCan(newest.statement)}`,
    },
  ];
}

function refuseNotAsked({ statement }: NewestStatement): Refusal {
  return {
    code: "no-approvals-asked",
    place: { file: "stages.yaml", path: `stages.${statement.stage}.gate` },
    found: `${statement.stage}, whose gate asks for no approvals`,
    expected: "a gate with approvals: { count, groups }",
    action: "nothing is to be done: the promoter's signature suffices",
  };
}

function whoCan({ stage }: Pick<Statement, "stage">): string {
  return `npm run approvals -- ${stage} shows who can`;
}

/** People of one group who could still approve. */
export interface Candidates {
  readonly group: string;
  readonly principals: readonly string[];
}

/** Who could still approve a statement, by group: members now, with a key that counts now, who have not yet. */
export function candidatesFor(
  newest: NewestStatement,
  trust: Pick<Trust, "roles" | "revocations" | "allowedSigners">,
  nowMs: number,
): readonly Candidates[] {
  const { approvals } = newest;
  if (approvals === undefined) return [];
  const lines = signerLines(trust.allowedSigners.text).filter((line) => canSign(line, trust, nowMs));
  const mayApprove = (group: string, principal: string): boolean =>
    lines
      .filter((line) => line.principal === principal)
      .some(({ fingerprint }) => {
        const signer = { principal, fingerprint };
        const question = { newest: { ...newest, refusals: [] }, signer, role: group, trust, nowMs };
        return findApproverRole(question).kind === "accepted";
      });
  return approvals.rule.groups.map((group) => {
    const members = new Set((trust.roles.get(group) ?? []).map(({ principal }) => principal));
    return { group, principals: [...members].filter((principal) => mayApprove(group, principal)).toSorted() };
  });
}

function canSign(
  { principal, fingerprint, namespaces, startMs, endMs }: SignerLine,
  { roles, revocations }: Pick<Trust, "roles" | "revocations">,
  nowMs: number,
): boolean {
  if (namespaces?.includes(APPROVAL_NAMESPACE) === false) return false;
  if ((startMs !== undefined && nowMs < startMs) || (endMs !== undefined && endMs <= nowMs)) return false;
  const people = { roles, revocations, nowMs, endedKeys: new Set<string>() };
  return checkSigner({ kind: "valid", principal, fingerprint }, principal, nowMs, people).kind === "signer";
}
