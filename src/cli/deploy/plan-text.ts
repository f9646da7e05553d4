import { objectText, type ChangedResource } from "../../delivery/deployment/changed-resource.ts";
import {
  countChanges,
  movesVersion,
  type ChangeCounts,
  type DeploymentPlan,
  type PlannedApplication,
} from "../../delivery/deployment/deployment-plan.ts";
import { tagOf } from "../../delivery/deployment/update-message.ts";
import { printable } from "../../model/refusal.ts";
import { driftedLines } from "../drift/drift-text.ts";
import { renderTable, wrap } from "../text-table.ts";

export interface ShownDeployment {
  readonly plan: DeploymentPlan;
  readonly warnings: readonly string[];
  /** Each object and field. */
  readonly full: boolean;
  /** Of the terminal. */
  readonly width: number;
}

/** What a deploy would do, application by application. */
export function renderDeployment(shown: ShownDeployment): string {
  const { plan, width } = shown;
  return [
    titleOf(plan),
    ...(plan.applications.length === 0 ? [] : [renderOverview(plan.applications, width)]),
    ...renderShared(plan),
    ...renderDrift(plan),
    ...(shown.full ? renderObjects(plan) : []),
    ...shown.warnings.map((warning) => wrap(`warning: ${warning.trim()}`, width).join("\n")),
  ].join("\n\n");
}

function titleOf({ stage, applications, total, empty, recordOnly }: DeploymentPlan): string {
  if (empty) return `Nothing to deploy: ${stage} is as its files say (${applicationsText(total)})`;
  if (recordOnly)
    return `Deploy ${stage}: nothing in the cluster changes, only what the stack remembers (versions, statements, trust root)`;
  const count = applications.length;
  return `Deploy ${stage}: ${count === 0 ? "no application changes" : `${count} of ${applicationsText(total)} ${count === 1 ? "changes" : "change"}`}`;
}

function applicationsText(count: number): string {
  return `${count} ${count === 1 ? "application" : "applications"}`;
}

/** A column that says nothing of any application is left out. */
function renderOverview(applications: readonly PlannedApplication[], width: number): string {
  const rows = applications.map(cellsOf);
  const head = Object.keys(rows[0] ?? {}).filter((column) => rows.some((row) => row[column] !== ""));
  return renderTable({ head, rows: rows.map((row) => head.map((column) => row[column] ?? "")), width });
}

function cellsOf(application: PlannedApplication): Readonly<Record<string, string>> {
  const { name, before, after, otherwise, migration, counts } = application;
  return {
    application: name,
    version: versionCell(before?.image, after?.image),
    chart: chartCell(application),
    settings: otherwise ? "changed" : "",
    migration: migration === undefined ? "" : migration.level === undefined ? "runs" : `to level ${migration.level}`,
    objects: countsText(counts),
  };
}

function versionCell(before: string | undefined, after: string | undefined): string {
  if (after === undefined) return `goes: ${before === undefined ? "" : tagOf(before)}`;
  if (before === undefined) return `comes: ${tagOf(after)}`;
  if (before === after) return tagOf(after);
  const [was, is] = [tagOf(before), tagOf(after)];
  // A tag that was moved to another image is no "nothing".
  return was === is ? `${is}, another digest` : `${was} -> ${is}`;
}

function chartCell({ before, after }: PlannedApplication): string {
  if (before?.chart === after?.chart) return "";
  if (after === undefined) return "";
  const text = (chart: string): string =>
    `${
      chart
        .replace(/:[^:]*@.*$/, "")
        .split("/")
        .at(-1) ?? ""
    } ${tagOf(chart)}`;
  return before === undefined ? text(after.chart) : `${text(before.chart)} -> ${text(after.chart)}`;
}

/** Such as `2 created, 1 changed`. */
export function countsText({ create, update, replace, delete: deleted }: ChangeCounts): string {
  const parts = [
    ...(create > 0 ? [`${create} created`] : []),
    ...(update > 0 ? [`${update} changed`] : []),
    ...(replace > 0 ? [`${replace} replaced`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function renderShared({ shared }: DeploymentPlan): readonly string[] {
  return shared.length === 0 ? [] : [`Of the stage as a whole: ${countsText(countChanges(shared))}`];
}

function renderDrift({ overwritten, staying, empty, recordOnly }: DeploymentPlan): readonly string[] {
  // The engine has looked at the cluster, and would do nothing about it.
  const title =
    empty || recordOnly
      ? "Changed behind the stage's back, and not brought back by a deploy:"
      : "Changed behind the stage's back, and overwritten now:";
  return [
    ...(overwritten.length === 0 ? [] : [[title, ...overwritten.flatMap(driftedLines)].join("\n")]),
    ...(staying.length === 0
      ? []
      : [["Declared nowhere, and left alone:", ...staying.flatMap(driftedLines)].join("\n")]),
  ];
}

function renderObjects({ applications, shared }: DeploymentPlan): readonly string[] {
  const parts = [
    ...applications.map(({ name, changes }) => ({ title: name, changes })),
    { title: "the stage as a whole", changes: shared },
  ];
  return parts.flatMap(({ title, changes }) =>
    changes.length === 0 ? [] : [[title, ...changes.flatMap(objectLines)].join("\n")],
  );
}

const SIGNS: Readonly<Record<ChangedResource["operation"], string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
};

function objectLines(change: ChangedResource): readonly string[] {
  const { operation, fields, replaces } = change;
  const why = replaces.length === 0 ? "" : ` (another one in its place because of ${replaces.join(", ")})`;
  return [
    printable(`  ${SIGNS[operation]} ${objectText(change)}${why}`),
    ...fields.map((field) => printable(`      ${field}`)),
  ];
}

/** What the question before the deploy says in one line. */
export function questionText({ stage, applications }: DeploymentPlan): string {
  const moving = applications.filter(movesVersion).length;
  return `Deploy ${stage}${moving === 0 ? "" : ` (${moving} ${moving === 1 ? "version" : "versions"})`}?`;
}
