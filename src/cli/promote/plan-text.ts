import type { CommitsBetween } from "../../adapters/commits-between.ts";
import type { LeftOut } from "../../delivery/promotion/selection.ts";
import type { SettingDifference } from "../../delivery/settings-differences.ts";
import type { Pin } from "../../model/pin.ts";
import { renderReference } from "../../model/reference.ts";
import { printable } from "../../model/refusal.ts";
import { shellCommand } from "../../model/shell-word.ts";
import type { Gate } from "../../model/trust/gate.ts";
import { ageText } from "../age-text.ts";
import { publishedFacts, publishedSteps, type Published } from "../publication.ts";
import { renderChanges } from "../state-changes-text.ts";
import { approvalsStep } from "../statement-text.ts";
import { renderTable, wrap } from "../text-table.ts";
import { ageOf, type ShownVersion } from "./shown-version.ts";

export interface ShownPlan {
  readonly from: string;
  readonly to: string;
  readonly applications: readonly ShownVersion[];
  readonly leftOut: readonly LeftOut[];
  readonly who: string;
  readonly reason: string;
  /** What will be done with the files that are written. */
  readonly steps: readonly string[];
  /** What people should know besides. */
  readonly remarks: readonly string[];
  /** Of the rendered objects, unified; undefined where nobody asked. */
  readonly rendered: string | undefined;
  readonly nowMs: number;
  /** Of the terminal. */
  readonly width: number;
}

const SHOWN_SUBJECTS = 8;
const SHOWN_DIGITS = 12;

/** The plan of a promotion, for whoever is to sign it. */
export function renderPromotion(plan: ShownPlan): string {
  const { from, to, applications, who, reason, steps, remarks, width } = plan;
  const count = `${applications.length} ${applications.length === 1 ? "application" : "applications"}`;
  const notes = remarks.map((remark) => `Note: ${oneLine(remark)}`);
  const facts = [`Signed by ${who}: ${oneLine(reason)}`, ...steps.map((step) => `Then ${step}.`), ...notes];
  return [
    `Promote ${count} from ${from} to ${to}`,
    renderOverview(plan),
    ...applications.map((one) => renderDetails(one, plan).join("\n")),
    ...(plan.rendered === undefined ? [] : [renderObjects(plan.rendered)]),
    ...renderLeftOut(plan.leftOut, width),
    facts.flatMap((line) => wrap(line, width)).join("\n"),
  ].join("\n\n");
}

/** Where there is nothing that the target does not have. */
export function renderNothing({
  from,
  to,
  leftOut,
  width,
}: Pick<ShownPlan, "from" | "to" | "leftOut" | "width">): string {
  const title = wrap(`Nothing to promote: ${from} has nothing that ${to} lacks`, width).join("\n");
  return [title, ...renderLeftOut(leftOut, width)].join("\n\n");
}

export interface WrittenText {
  readonly to: string;
  readonly gate: Gate | undefined;
  readonly change: { readonly folder: string; readonly files: readonly string[] };
  readonly published: Published;
}

/** What was done, and what comes next. */
export function renderWritten({ to, gate, change, published }: WrittenText): string {
  const count = gate?.approvals?.count ?? 0;
  const commit = `commit these together: ${shellCommand(["git", "add", ...change.files])} && git commit`;
  const steps = [
    ...(published.commit === undefined ? [commit] : publishedSteps(published)),
    ...(count > 0 ? [approvalsStep(to, count)] : []),
    `when it is merged: npm run deploy -- ${to}`,
  ];
  return [
    `wrote ${change.files.join(", ")}`,
    ...publishedFacts(published),
    "next",
    ...steps.map((step) => `  ${step}`),
  ].join("\n");
}

function renderObjects(rendered: string): string {
  return rendered === ""
    ? "No Kubernetes object changes"
    : `Kubernetes objects that change:\n${printable(rendered.trimEnd())}`;
}

/** A row for each application; a column that says nothing of any of them is left out. */
function renderOverview({ applications, nowMs, width }: ShownPlan): string {
  const rows = applications.map((one) => cellsOf(one, nowMs));
  const head = Object.keys(rows[0] ?? {}).filter((column) => rows.some((row) => (row[column] ?? "") !== ""));
  return renderTable({ head, rows: rows.map((row) => head.map((column) => row[column] ?? "")), width });
}

function cellsOf(shown: ShownVersion, nowMs: number): Readonly<Record<string, string>> {
  const { name, before, after, levelBefore, levelAfter, commits, soak } = shown;
  const charts = [before, after].map(
    (pin) => pin && `${pin.chart.repository.split("/").at(-1) ?? ""} ${pin.chart.tag}`,
  );
  return {
    application: name,
    version: before === undefined ? `comes: ${after.image.tag}` : step(before.image.tag, after.image.tag),
    age: before === undefined ? ageCell(after, nowMs) : step(ageCell(before, nowMs), ageCell(after, nowMs)),
    chart: before === undefined ? (charts[1] ?? "") : step(charts[0] ?? "", charts[1] ?? ""),
    schema: step(levelBefore?.toString() ?? "", levelAfter?.toString() ?? ""),
    commits:
      commits === undefined ? "" : `${commits.count}${commits.dropped > 0 ? `, without ${commits.dropped}` : ""}`,
    proven: soak === undefined ? "" : ageText(nowMs - soak.sinceMs),
  };
}

/** One value where both are the same. */
function step(before: string, after: string): string {
  if (before === after || before === "") return after;
  return `${before} -> ${after === "" ? "(none)" : after}`;
}

function ageCell(pin: Pin, nowMs: number): string {
  const age = ageOf(pin, nowMs);
  return age === undefined ? "" : ageText(age);
}

function renderDetails(shown: ShownVersion, { from, to, nowMs }: ShownPlan): readonly string[] {
  const { name, before, after, commits, settings, unstated } = shown;
  const revision = step(before?.revision?.slice(0, SHOWN_DIGITS) ?? "", after.revision?.slice(0, SHOWN_DIGITS) ?? "");
  return [
    name,
    `  image     ${renderReference(after.image)}`,
    ...(revision === "" ? [] : [`  revision  ${revision}`]),
    ...(commits === undefined ? [] : renderCommits(commits)),
    ...renderSettings(settings, from, to),
    ...(unstated.length === 0 ? [] : ["  beside the version, changed and not stated until now:"]),
    ...renderChanges(name, unstated, { nowMs, all: true, comes: false }).map((line) => `  ${line}`),
  ];
}

function renderCommits({ count, subjects, dropped }: CommitsBetween): readonly string[] {
  const shown = subjects.slice(0, SHOWN_SUBJECTS).map((subject) => `- ${subject}`);
  const more = count - shown.length;
  const lines = [
    ...shown,
    ...(more > 0 && shown.length > 0 ? [`and ${more} more`] : []),
    ...(dropped > 0 ? [`it lacks ${dropped} of the commits that the version before had`] : []),
  ];
  return lines.map((line, index) => `  ${index === 0 ? "commits " : "        "}  ${line}`);
}

function renderSettings(settings: readonly SettingDifference[], from: string, to: string): readonly string[] {
  if (settings.length === 0) return [];
  const rows = settings.map(({ path, left, right }) => [path, valueText(left), valueText(right)]);
  // As wide as they are: a value that is cut in two is hard to compare.
  const table = renderTable({ head: ["settings that differ", from, to], rows, width: Number.MAX_SAFE_INTEGER });
  return table.split("\n").map((line) => `  ${line}`);
}

function valueText(value: string | undefined): string {
  return value === undefined ? "(not set)" : oneLine(value);
}

function renderLeftOut(leftOut: readonly LeftOut[], width: number): readonly string[] {
  if (leftOut.length === 0) return [];
  return [leftOut.flatMap(({ name, reason }) => wrap(`not promoted: ${name} (${reason})`, width)).join("\n")];
}

function oneLine(text: string): string {
  return printable(text).replaceAll("\n", " ");
}
