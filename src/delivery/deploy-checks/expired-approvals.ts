import type { Refusal } from "../../model/refusal.ts";
import type { ApprovalRule } from "../../model/trust/gate.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { NewestStatement } from "../approval/newest-statements.ts";
import { expiresMs } from "../approval/expiry.ts";

/**
 * Statements that were approved too long ago to be deployed for the first time. That there are not enough approvals,
 * old or young, is refused by the program.
 * @param restated applications about which another statement will be the newest then
 */
export function refuseExpiredApprovals(
  newest: readonly NewestStatement[],
  restated: ReadonlySet<string> = new Set(),
): readonly Refusal[] {
  return newest.flatMap(({ statement, applications: all, refusals, approvals }) => {
    const applications = all.filter((name) => !restated.has(name));
    if (applications.length === 0) return [];
    // Of what was deployed, every approval counts.
    if (approvals === undefined || approvals.missing === 0) return [];
    if (refusals.some(({ code }) => code === "not-approved")) return [];
    const { rule, count, judged } = approvals;
    const ends = judged.flatMap(({ approval, check }) => (check.kind === "signer" ? endOf(approval, rule) : []));
    return [
      {
        code: "approvals-expired",
        place: { file: statement.file },
        found: [
          `approvals of ${count} of ${rule.count} that have not expired, for ${applications.join(", ")}`,
          ...ends,
        ].join("\n"),
        expected: `approvals not older than the gate of ${statement.stage} lets them become before a first deployment`,
        action: `npm run approve -- ${statement.stage}`,
      },
    ];
  });
}

function endOf({ principal, whenMs }: { readonly principal: string; readonly whenMs: number }, rule: ApprovalRule) {
  const endMs = expiresMs(whenMs, rule);
  return endMs === undefined ? [] : [`${principal}: until ${renderSignedTime(endMs)}`];
}
