import type { Candidates } from "../../delivery/approval/approver.ts";
import { expiresMs, hasExpired } from "../../delivery/approval/expiry.ts";
import type { ApprovalProgress, NewestStatement } from "../../delivery/approval/newest-statements.ts";
import type { JudgedApproval } from "../../delivery/coverage/approvals.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import type { Json } from "../../model/json.ts";
import { printable, renderRefusals, type Refusal } from "../../model/refusal.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { ShowOptions } from "../state-changes-text.ts";
import { folderOf } from "../statement-text.ts";

export interface ShownStatement {
  readonly newest: NewestStatement;
  readonly candidates: readonly Candidates[];
}

/** The newest statements of a stage. */
export interface ApprovalsView {
  readonly stage: string;
  readonly statements: readonly ShownStatement[];
  /** What stands against applications whose newest statement nobody can tell. */
  readonly broken: readonly Refusal[];
  /** False: nobody knows what was deployed, and all of it is judged as what never was. */
  readonly engineAnswers: boolean;
}

export function renderApprovals(
  { stage, statements, broken, engineAnswers }: ApprovalsView,
  options: ShowOptions,
): string {
  const stands = statements.filter(({ newest }) => !needsSomebody(newest));
  const open = statements.filter(({ newest }) => needsSomebody(newest));
  const shown = options.all ? statements : open;
  const names = stands.flatMap(({ newest }) => newest.applications).toSorted();
  return [
    ...(statements.length === 0 && broken.length === 0 ? [`${stage}: nothing was stated about it`] : []),
    ...shown.map((one) => renderStatement(one, options.nowMs)),
    ...(options.all || stands.length === 0
      ? []
      : [`${stage}: nothing is missing of ${names.map(printable).join(", ")}`]),
    ...(broken.length === 0 ? [] : [renderRefusals(broken)]),
    ...(engineAnswers || statements.length === 0
      ? []
      : ["The engine does not say what was deployed: all of it is judged as what never was."]),
  ].join("\n\n");
}

function needsSomebody({ refusals, approvals }: NewestStatement): boolean {
  return refusals.length > 0 || (approvals?.missing ?? 0) > 0;
}

function renderStatement({ newest, candidates }: ShownStatement, nowMs: number): string {
  const { statement, applications, refusals, approvals } = newest;
  const others = refusals.filter(({ code }) => code !== "not-approved");
  return [
    `${statement.stage}: ${statement.kind} of ${applications.map(printable).join(", ")}`,
    row("statement", `${shortDigest(statement.digest)}  ${folderOf(statement)}`),
    row("stated by", `${printable(statement.who)}, ${renderSignedTime(statement.whenMs)}${promoterNote(newest)}`),
    row("reason", printable(statement.reason).replaceAll("\n", " ")),
    ...(approvals === undefined
      ? [row("approvals", "none asked for")]
      : renderProgress(approvals, newest, candidates, nowMs)),
    ...others.map(({ found }) => row("against", printable(found).replaceAll("\n", " "))),
  ].join("\n");
}

function promoterNote({ signed: { promoter } }: NewestStatement): string {
  return promoter.kind === "valid" ? "" : ` (signature: ${printable(promoter.reason)})`;
}

function renderProgress(
  { rule, judged, problems, count, missing }: ApprovalProgress,
  newest: NewestStatement,
  candidates: readonly Candidates[],
  nowMs: number,
): readonly string[] {
  const lines = judged.map((one, index) =>
    row(index === 0 ? "signed" : "", approvalText(one, newest, { rule, nowMs })),
  );
  const known = new Set(judged.map(({ approval }) => approval.file));
  const strays = problems.filter((text) => ![...known].some((file) => text.startsWith(`${file}: `)));
  const could = candidates.filter(({ principals }) => principals.length > 0);
  return [
    row(
      "approvals",
      `${count} of ${rule.count}, from ${rule.groups.join(" or ")}${missing === 0 ? "" : `: ${missing} missing`}`,
    ),
    ...lines,
    ...strays.map((text) => row("", printable(text).replaceAll("\n", " "))),
    ...could.map(({ group, principals }, index) =>
      row(index === 0 ? "could sign" : "", `${principals.map(printable).join(", ")} (${group})`),
    ),
    ...(missing > 0 && could.length === 0 ? [row("could sign", "nobody: trust/roles.yaml has no other member")] : []),
  ];
}

function approvalText(
  { approval, check }: JudgedApproval,
  { deployed }: NewestStatement,
  { rule, nowMs }: { readonly rule: ApprovalProgress["rule"]; readonly nowMs: number },
): string {
  const { principal, role, whenMs } = approval;
  const who = `${printable(principal)} (${printable(role)}), ${renderSignedTime(whenMs)}`;
  if (check.kind === "problem") return `${who}: does not count: ${printable(check.problem).replaceAll("\n", " ")}`;
  const endMs = deployed ? undefined : expiresMs(whenMs, rule);
  if (endMs === undefined) return who;
  return `${who}, ${hasExpired(whenMs, rule, nowMs) ? "expired" : "until"} ${renderSignedTime(endMs)}`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(10)}  ${text}`;
}

/** For programs: everything, those that nothing is missing of as well. */
export function approvalsToJson({ stage, statements, broken, engineAnswers }: ApprovalsView): Json {
  return {
    stage,
    deployedIsKnown: engineAnswers,
    statements: statements.map(statementToJson),
    refusals: JSON.parse(JSON.stringify(broken)) as Json,
  };
}

function statementToJson({ newest, candidates }: ShownStatement): Json {
  const { statement, applications, refusals, approvals, deployed, waits } = newest;
  const { kind, who, reason, whenMs, digest } = statement;
  return {
    ...{ digest, folder: folderOf(statement), kind, who, reason, when: renderSignedTime(whenMs), applications },
    ...{ deployed, waits },
    refusals: refusals.map(({ code, found }) => ({ code, found })),
    approvals:
      approvals === undefined
        ? null
        : {
            ...{ needed: approvals.rule.count, count: approvals.count, missing: approvals.missing },
            groups: approvals.rule.groups,
            signed: approvals.judged.map((one) => approvalToJson(one, approvals)),
            problems: approvals.problems,
            candidates: candidates.map(({ group, principals }) => ({ group, principals })),
          },
  };
}

function approvalToJson({ approval, check }: JudgedApproval, { rule }: ApprovalProgress): Json {
  const { file, principal, role, whenMs } = approval;
  const endMs = expiresMs(whenMs, rule);
  return {
    ...{ file, principal, role, when: renderSignedTime(whenMs), counts: check.kind === "signer" },
    problem: check.kind === "problem" ? check.problem : null,
    expires: endMs === undefined ? null : renderSignedTime(endMs),
  };
}
