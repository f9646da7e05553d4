import type { RollbackPlan, RolledBackApplication } from "../../delivery/rollback/rollback-plan.ts";
import { timeOf } from "../../delivery/rollback/chosen-update.ts";
import { changesBetween, type StateChange } from "../../delivery/state-changes.ts";
import type { Pin } from "../../model/pin.ts";
import { renderReference } from "../../model/reference.ts";
import { printable } from "../../model/refusal.ts";
import { WHOLE_STAGE } from "../../model/stack-file.ts";
import { ageText } from "../age-text.ts";
import { renderChanges } from "../state-changes-text.ts";
import { folderOf } from "../statement-text.ts";
import { renderTable, wrap } from "../text-table.ts";
import { whoOf } from "./candidates-text.ts";
import type { PlannedRestore } from "./restoration.ts";
import type { ChangesSince } from "./rollback-evidence.ts";

export interface ShownRollback {
  readonly plan: RollbackPlan;
  /** Empty in a stage without a gate. */
  readonly statements: readonly PlannedRestore[];
  readonly since: ChangesSince;
  /** Undefined in a stage without a gate. */
  readonly who: string | undefined;
  readonly reason: string;
  /** What will be done with the files that are written, and after that. */
  readonly steps: readonly string[];
  readonly nowMs: number;
  /** Of the terminal. */
  readonly width: number;
}

/** The plan of a rollback, for whoever says yes to it. */
export function renderRollback(shown: ShownRollback): string {
  const { plan, who, reason, steps, width } = shown;
  const { applications, stage } = plan;
  const count = `${applications.length} ${applications.length === 1 ? "application" : "applications"}`;
  const signed = who === undefined ? `Reason: ${oneLine(reason)}` : `Signed by ${who}: ${oneLine(reason)}`;
  return [
    [`Roll back ${count} of ${stage} to ${updateText(shown)}`, ...wrap(messageText(plan), width)].join("\n"),
    renderOverview(applications, width),
    ...applications.map((one) => renderApplication(one, shown).join("\n")),
    ...renderSince(shown),
    ...renderLeftOut(plan, width),
    [signed, ...steps.map((step) => `Then ${step}.`)].flatMap((line) => wrap(line, width)).join("\n"),
  ].join("\n\n");
}

/** Where the stack file has all of it already. */
export function renderNothing({ plan, nowMs, width }: Pick<ShownRollback, "plan" | "nowMs" | "width">): string {
  const title = `Nothing to write: ${plan.stage} has the versions of ${updateText({ plan, nowMs })} in its stack file`;
  return [wrap(title, width).join("\n"), ...renderLeftOut(plan, width)].join("\n\n");
}

function updateText({ plan: { update }, nowMs }: Pick<ShownRollback, "plan" | "nowMs">): string {
  const who = whoOf(update);
  const age = ageText(nowMs - update.startMs);
  return `update ${update.version} of ${timeOf(update.startMs)} (${age} ago${who === undefined ? "" : `, by ${who}`})`;
}

function messageText({ update: { message } }: RollbackPlan): string {
  return message === "" ? "" : `  "${oneLine(message)}"`;
}

function renderOverview(applications: readonly RolledBackApplication[], width: number): string {
  const rows = applications.map(({ name, before, after, levelBefore, levelAfter }) => ({
    application: name,
    version: step(before?.image.tag, after.image.tag),
    chart: step(chartText(before), chartText(after)),
    schema: step(levelBefore?.toString(), levelAfter?.toString() ?? ""),
  }));
  const columns = ["application", "version", "chart", "schema"] as const;
  const used = columns.filter((column) => rows.some((row) => row[column] !== ""));
  return renderTable({ head: used, rows: rows.map((row) => used.map((column) => row[column])), width });
}

function chartText(pin: Pin | undefined): string {
  return pin === undefined ? "" : `${pin.chart.repository.split("/").at(-1) ?? ""} ${pin.chart.tag}`;
}

function step(before: string | undefined, after: string): string {
  if (before === after || before === undefined || before === "") return after;
  return `${before} -> ${after === "" ? "(none)" : after}`;
}

function renderApplication(one: RolledBackApplication, { plan, statements, nowMs }: ShownRollback): readonly string[] {
  const { name, before, after, down, holds } = one;
  const statement = statements.find(({ group }) => group.applications.has(name));
  const tag = before?.image.tag ?? "the running version";
  return [
    name,
    `  image     ${renderReference(after.image)}`,
    ...(after.revision === undefined ? [] : [`  revision  ${after.revision.slice(0, 12)}`]),
    ...(down === undefined
      ? []
      : [`  database  first the down migration of ${tag} takes it from level ${down.fromLevel} to ${down.toLevel}`]),
    ...(statement === undefined ? [] : renderStatement(statement)),
    ...holds.map(({ on, reason }) => {
      const what = on === WHOLE_STAGE ? plan.stage : name;
      return `  hold      ${what} is held (${oneLine(reason)}): a rollback goes all the same`;
    }),
    ...(statement === undefined ? [] : renderStayed(name, statement, nowMs)),
  ];
}

function renderStatement({ group, approvalsFor }: PlannedRestore): readonly string[] {
  return [
    `  restores  ${folderOf(group.restores)}`,
    `  approval  ${approvalsFor.length === 0 ? "none needed: what comes back was approved, and stands" : `needed: ${approvalsFor.join("; ")}`}`,
  ];
}

/** What the statement that is restored had otherwise, and is not brought back. */
function renderStayed(name: string, { group }: PlannedRestore, nowMs: number): readonly string[] {
  const changes = changesOf(name, group);
  if (changes.length === 0) return [];
  const lines = renderChanges(name, changes, { nowMs, all: true, comes: false });
  return ["  changed since, and stays as it is now:", ...lines.map((line) => `  ${line}`)];
}

/** Between what the restored statement left and what is to be, the database's level aside. */
export function changesOf(name: string, { applications }: PlannedRestore["group"]): readonly StateChange[] {
  const one = applications.get(name);
  if (one === undefined || one.exact) return [];
  const changes = changesBetween(name, one.earlier.state, one.state.state);
  return changes.filter(({ part, follows }) => !follows && part !== "schema");
}

/** In a gated stage the statements say it, exactly. */
function renderSince({ since, statements, plan }: ShownRollback): readonly string[] {
  if (statements.length > 0) return [];
  const { unknown, settings, files } = since;
  const rows = [...settings].flatMap(([name, differences]) =>
    differences.map(({ path, left, right }) => [`${name}: ${path}`, valueText(left), valueText(right)]),
  );
  const table =
    rows.length === 0
      ? []
      : [
          "Settings changed since, and stay as they are now:",
          renderTable({ head: ["setting", "then", "now"], rows, width: Number.MAX_SAFE_INTEGER }),
        ];
  const catalogue =
    files.length === 0
      ? []
      : ["The catalogue changed since, and stays as it is now:", ...files.map((file) => `  ${file}`)];
  const note =
    unknown === undefined ? [] : [`What changed in settings and catalogue since is not known in full: ${unknown}`];
  const none = rows.length + files.length === 0 && unknown === undefined && plan.applications.length > 0;
  const lines = [...note, ...table, ...catalogue, ...(none ? ["Settings and catalogue are as they were then"] : [])];
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function valueText(value: string | undefined): string {
  return value === undefined ? "(not set)" : oneLine(value);
}

function renderLeftOut({ leftOut }: RollbackPlan, width: number): readonly string[] {
  if (leftOut.length === 0) return [];
  return [leftOut.flatMap(({ name, reason }) => wrap(`stays: ${name} (${reason})`, width)).join("\n")];
}

function oneLine(text: string): string {
  return printable(text).replaceAll("\n", " ");
}
