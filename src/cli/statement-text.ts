import { printable } from "../model/refusal.ts";
import { renderSignedTime } from "../model/statements/signed-json.ts";
import type { Statement, Transition } from "../model/statements/statement.ts";
import { folderNameOf } from "../model/statements/statement.ts";
import { ageText } from "./age-text.ts";
import { renderTransition, type ShowOptions } from "./state-changes-text.ts";

/** A statement in full: what is about to be signed. @param applications those that are to be shown */
export function renderStatementInFull(
  statement: Statement,
  applications: readonly string[],
  options: ShowOptions,
): string {
  const { kind, stage, from, reason, who, whenMs, digest } = statement;
  const moved = applications.flatMap((name) => {
    const transition = statement.applications.get(name);
    return transition === undefined ? [] : [["", renderStated(name, transition, options)].join("\n")];
  });
  const others = statement.applications.size - moved.length;
  return [
    `${printable(stage)}: a ${kind}${from === undefined ? "" : ` from ${printable(from)}`}`,
    `  statement  ${digest}`,
    `  folder     ${folderOf(statement)}`,
    `  stated by  ${printable(who)}, ${renderSignedTime(whenMs)} (${ageText(options.nowMs - whenMs)} ago)`,
    `  reason     ${printable(reason).replaceAll("\n", "\n             ")}`,
    ...moved,
    ...(others === 0 ? [] : ["", `and ${others} more that later statements moved on`]),
  ].join("\n");
}

export function renderStated(name: string, { before, after }: Transition, options: ShowOptions): string {
  return renderTransition({ name, before: before?.state, after: after?.state }, options);
}

/** Relative to the project. */
export function folderOf(statement: Pick<Statement, "stage" | "whenMs" | "digest">): string {
  return `statements/${statement.stage}/${folderNameOf(statement)}`;
}
