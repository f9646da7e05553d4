import { stagesPath } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { statingGroups } from "../../delivery/coverage/approvals.ts";
import { problemOfMember } from "../../delivery/coverage/people.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { StageRecord } from "../../stage-record.ts";
import type { PlannedRestore } from "./restoration.ts";

/** Who may sign a rollback: promoters, and whom the gate names for it; those only what was approved before. */
export function refuseRollbackSigner(
  { trust, gate, definition }: Pick<StageRecord, "trust" | "gate" | "definition">,
  principal: string,
  statements: readonly Pick<PlannedRestore, "approvalsFor">[],
  nowMs: number,
): readonly Refusal[] {
  const { roles, revocations } = trust;
  const people = { roles, revocations, nowMs, endedKeys: new Set<string>() };
  const isOneOf = (groups: readonly string[]) => problemOfMember(groups, principal, nowMs, people) === undefined;
  const groups = statingGroups(gate, "rollback");
  const place = { file: displayPath(stagesPath()), path: `stages.${definition.name}.gate` };
  if (!isOneOf(groups)) {
    return [
      {
        code: "not-a-promoter",
        place,
        found: `${principal}, who is no member of ${groups.join(" or ")} now`,
        expected: `a member of one of them: they roll back in ${definition.name}`,
        action:
          "let one of them roll back, name another key with --key, or have roles.yaml changed: npm run trust -- edit",
      },
    ];
  }
  const reasons = statements.flatMap(({ approvalsFor }) => approvalsFor);
  if (reasons.length === 0 || gate.approvals !== undefined || isOneOf(gate.promoters)) return [];
  return [
    {
      code: "rollback-of-a-promoter",
      place,
      found: `${principal}, who is no member of ${gate.promoters.join(" or ")}: ${[...new Set(reasons)].join("; ")}`,
      expected: "a promoter, where what comes back is not exactly what was stated before",
      action: "let one of them roll back, or name another key with --key",
    },
  ];
}
