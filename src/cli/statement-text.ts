import { printable } from "../model/refusal.ts";
import { renderSignedTime } from "../model/statements/signed-json.ts";
import type { Statement, Transition } from "../model/statements/statement.ts";
import { folderNameOf } from "../model/statements/statement.ts";
import { ageText } from "./age-text.ts";
import {
  renderChanges,
  renderTransition,
  sharedChanges,
  type ShownTransition,
  type ShowOptions,
} from "./state-changes-text.ts";

/** A statement in full: what is about to be signed. @param applications those that are to be shown */
export function renderStatementInFull(
  statement: Statement,
  applications: readonly string[],
  options: ShowOptions,
): string {
  const { kind, stage, from, reason, who, whenMs, digest } = statement;
  const transitions = applications.flatMap((name) => {
    const transition = statement.applications.get(name);
    return transition === undefined ? [] : [toShown(name, transition)];
  });
  const shared = sharedChanges(transitions);
  const comes = transitions.every(({ before }) => before === undefined);
  const ofAll = renderChanges("", shared, { ...options, comes });
  const moved = transitions.map((one) => `\n${renderTransition(one, { ...options, shared })}`);
  const others = statement.applications.size - moved.length;
  return [
    `${printable(stage)}: a ${kind}${from === undefined ? "" : ` from ${printable(from)}`}`,
    `  statement  ${digest}`,
    `  folder     ${folderOf(statement)}`,
    `  stated by  ${printable(who)}, ${renderSignedTime(whenMs)} (${ageText(options.nowMs - whenMs)} ago)`,
    `  reason     ${reasonText(reason)}`,
    ...moved,
    ...(shared.length === 0 ? [] : [`\nin each of them\n${ofAll.join("\n")}`]),
    ...(others === 0 ? [] : ["", `and ${others} more that later statements moved on`]),
  ].join("\n");
}

/** Blanks could push the rest to where a terminal begins its next line, as if it were a line of its own. */
function reasonText(reason: string): string {
  return printable(reason).replaceAll(/ {2,}/g, " ").replaceAll("\n", "\n             ");
}

function toShown(name: string, { before, after }: Transition): ShownTransition {
  return { name, before: before?.state, after: after?.state };
}

/** What a statement still needs after its promoter. */
export function approvalsStep(stage: string, count: number): string {
  return `${count} ${count === 1 ? "approval" : "approvals"}: npm run approve -- ${stage}`;
}

/** Relative to the project. */
export function folderOf(statement: Pick<Statement, "stage" | "whenMs" | "digest">): string {
  return `statements/${statement.stage}/${folderNameOf(statement)}`;
}
