import type { Json } from "../../model/json.ts";
import type { Statement } from "../../model/statements/statement.ts";
import type { StageRecord } from "../../stage-record.ts";
import { publishedToJson, type Published } from "../publication.ts";
import type { ShowOptions } from "../state-changes-text.ts";
import { changesToJson } from "../state-changes-json.ts";
import { folderOf, renderStatementInFull } from "../statement-text.ts";

export interface ShownProposal {
  readonly record: Pick<StageRecord, "gate">;
  /** Nobody has signed it yet. */
  readonly statement: Statement;
  /** What follows the writing. */
  readonly steps: readonly string[];
}

/** The plan as text for a terminal or a log. */
export function renderProposal({ record, statement, steps }: ShownProposal, options: ShowOptions): string {
  const { approvals } = record.gate;
  const needs =
    approvals === undefined
      ? "needs no approvals"
      : `needs ${approvals.count} ${approvals.count === 1 ? "approval" : "approvals"} of ${approvals.groups.join(" or ")}${approvals.fourEyes ? ", not of whoever states it" : ""}`;
  return [
    renderStatementInFull(statement, [...statement.applications.keys()], options),
    "",
    `  ${needs}`,
    ...steps.map((step) => `  ${step}`),
  ].join("\n");
}

/** For programs; `written` tells whether it was signed and written. */
export function proposalToJson({ record, statement }: ShownProposal, written: boolean, published: Published): Json {
  const { approvals } = record.gate;
  return {
    stage: statement.stage,
    changed: true,
    written,
    applications: [...statement.applications].map(([name, transition]) => ({
      name,
      goes: transition.after === undefined,
      changes: changesToJson(name, transition),
    })),
    statement: { digest: statement.digest, folder: folderOf(statement) },
    approvals: approvals === undefined ? null : { count: approvals.count, groups: approvals.groups },
    ...publishedToJson(published),
  };
}
