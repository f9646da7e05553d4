import { join } from "node:path";
import { trustFolder } from "../../adapters/project.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import type { NewestStatement } from "../../delivery/approval/newest-statements.ts";
import type { Revocation } from "../../delivery/approval/revocation.ts";
import type { Json } from "../../model/json.ts";
import { printable } from "../../model/refusal.ts";
import { publishedToJson, type Published } from "../publication.ts";
import { folderOf } from "../statement-text.ts";

export interface ShownRevocation {
  readonly newest: NewestStatement;
  readonly revocation: Revocation;
  readonly reason: string;
  /** False: nobody knows whether it is deployed. */
  readonly engineAnswers: boolean;
}

/** What is taken back, and what follows from it. */
export function renderRevocation(shown: ShownRevocation): string {
  const { newest, revocation, reason } = shown;
  const { statement, applications } = newest;
  const what =
    revocation.withdraws === "statement" ? "the statement" : `the approval in the name of ${revocation.role}`;
  return [
    `${statement.stage}: withdraws ${what} about ${applications.map(printable).join(", ")}`,
    `  statement  ${statement.digest}`,
    `  folder     ${folderOf(statement)}`,
    `  reason     ${printable(reason).replaceAll("\n", " ")}`,
    "",
    ...followsFrom(shown).map((line) => `  ${line}`),
  ].join("\n");
}

function followsFrom({ newest, revocation, engineAnswers }: ShownRevocation): readonly string[] {
  const { statement, approvals, deployed, applications } = newest;
  const { stage } = statement;
  const count = (approvals?.count ?? 0) - (revocation.withdraws === "approval" ? 1 : 0);
  const missing = Math.max(0, (approvals?.rule.count ?? 0) - count);
  const until =
    revocation.withdraws === "statement"
      ? `until it is stated again on top (npm run propose -- ${stage} ${applications.join(" ")}) and approved`
      : `until ${missing} more ${missing === 1 ? "person approves" : "people approve"} it: npm run approve -- ${stage}`;
  const refused = revocation.withdraws === "statement" || missing > 0;
  return [
    ...(refused
      ? [`Every update of ${stage} is refused ${until}.`]
      : ["Enough others approved it: nothing is refused."]),
    ...(deployed
      ? [`It is what ${stage} was deployed under: what runs keeps running, and nothing can be changed until then.`]
      : engineAnswers
        ? ["Nothing was deployed under it."]
        : ["The engine does not say whether it was deployed; what runs keeps running."]),
    `To let it count for nothing whatever anybody signs: list it in ${displayPath(join(trustFolder(), "revoked.yaml"))}, then npm run trust -- edit.`,
  ];
}

/** For programs. @param files what was written; none: nothing */
export function revocationToJson(
  { newest, revocation, reason, engineAnswers }: ShownRevocation,
  files: readonly string[],
  published: Published,
): Json {
  const { statement, applications, deployed } = newest;
  return {
    ...{ stage: statement.stage, withdraws: revocation.withdraws, role: revocation.role, reason },
    statement: { digest: statement.digest, folder: folderOf(statement) },
    ...{ applications, deployed: engineAnswers ? deployed : null, written: files.length > 0, files },
    ...publishedToJson(published),
  };
}
