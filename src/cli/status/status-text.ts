import type { Cell, StageColumn, StatusReport } from "../../delivery/status/status-report.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import type { ActiveHold } from "../../model/holds.ts";
import { renderBriefly } from "../../model/refusal.ts";
import { WHOLE_STAGE } from "../../model/stack-file.ts";
import { renderMarkdownTable, markdownText } from "../markdown-table.ts";
import { renderTable, widthOf, wrap } from "../text-table.ts";
import { cellText, headText } from "./cell-text.ts";

/** A stage's column is no narrower, while two fit beside each other. */
const STAGE_COLUMN = 15;
const NAME_COLUMN = 28;
const SHOWN_HOLDS = 10;

/**
 * The matrix, and what there is to say of it, for a terminal. Where the stages do not fit beside each other, the next of
 * them come in a block of their own.
 */
export function renderStatus(report: StatusReport, width: number): string {
  const blocks = blocksOf(report, width).map((stages) => renderBlock(report, stages, width));
  return [...blocks, ...remarksOf(report).map((text) => wrap(text, width).join("\n"))].join("\n\n");
}

/** The same for a pull request or a wiki. */
export function renderStatusMarkdown(report: StatusReport): string {
  const head = ["application", ...report.stages.map(headText)];
  const rows = report.applications.map(({ name, cells }) => [name, ...cells.map(cellText)]);
  const remarks = remarksOf(report).map((text) => `- ${markdownText(text)}`);
  return [renderMarkdownTable(head, rows), ...(remarks.length > 0 ? ["", ...remarks] : [])].join("\n");
}

/** The indices of the stages that come beside each other. */
function blocksOf({ stages, applications }: StatusReport, width: number): readonly (readonly number[])[] {
  const names = Math.min(NAME_COLUMN, Math.max("application".length, ...applications.map(({ name }) => widthOf(name))));
  const fitting = Math.max(1, Math.floor((width - names) / (STAGE_COLUMN + 2)));
  const all = stages.map((_, index) => index);
  return all.filter((index) => index % fitting === 0).map((first) => all.slice(first, first + fitting));
}

function renderBlock({ stages, applications }: StatusReport, indices: readonly number[], width: number): string {
  const head = indices.flatMap((index) => stages.slice(index, index + 1).map(headText));
  const rows = applications.map(({ name, cells }) => [
    name,
    ...indices.flatMap((index) => cells.slice(index, index + 1).map(cellText)),
  ]);
  return renderTable({ head: ["application", ...head], rows, width });
}

function remarksOf(report: StatusReport): readonly string[] {
  const { stages, applications, verified } = report;
  const holds = stages.flatMap(({ definition, holds: own }, index) => [
    ...[...own, ...applications.flatMap(({ cells }) => cells[index]?.holds ?? [])].map((hold) =>
      holdText(definition.name, hold),
    ),
    ...applications.flatMap(({ cells }) => clusterHoldTexts(definition.name, cells[index])),
  ]);
  const hidden = holds.length - SHOWN_HOLDS;
  const uncovered = applications.some(({ cells }) => cells.some(({ coverage }) => coverage.kind === "not-covered"));
  return [
    ...stages.flatMap(stageRemarks),
    ...refusedStages(stages),
    ...holds.slice(0, SHOWN_HOLDS),
    ...(hidden > 0 ? [`and ${hidden} more holds: --json names them`] : []),
    ...(uncovered ? ["Why something is not covered: npm run check, or --json."] : []),
    ...(verified || stages.every(({ definition }) => !definition.gated)
      ? []
      : ["Coverage is what the documents say; no signature was verified: --verify does that."]),
  ];
}

function stageRemarks({ definition: { name }, refusals, notes }: StageColumn): readonly string[] {
  return [
    ...first(refusals, (text) => `${name} cannot be read: ${text}`, name),
    ...notes.map((note) => `${name}: ${note}`),
  ];
}

/** What stands against several stages is said once. */
function refusedStages(stages: readonly StageColumn[]): readonly string[] {
  const reasons = stages.flatMap(({ definition: { name }, against }) =>
    first(against, (text) => text, name).map((text) => ({ name, text })),
  );
  return [...Map.groupBy(reasons, ({ text }) => text)].map(([text, of]) => {
    const names = of.map(({ name }) => name);
    return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} refused: ${text}`;
  });
}

/** The first reason; `check` says them all. */
function first(
  refusals: StageColumn["refusals"],
  toText: (reason: string) => string,
  stage: string,
): readonly string[] {
  const [reason] = renderBriefly(refusals).split("\n");
  if (refusals.length === 0 || reason === undefined) return [];
  const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more: npm run check -- ${stage})` : "";
  return [`${toText(reason)}${more}`];
}

/** What the file says as well is said once. */
function clusterHoldTexts(stage: string, cell: Cell | undefined): readonly string[] {
  const inFile = new Set(cell?.holds.flatMap(({ images }) => images ?? []));
  return (cell?.clusterHolds ?? [])
    .filter(({ image }) => !inFile.has(image))
    .map(({ application, image, reason, by, sinceMs }) => {
      const since = new Date(sinceMs).toISOString().slice(0, 16).replace("T", " ");
      return `held in the cluster: ${application} (${shortDigest(image)} alone) in ${stage}: ${reason.replaceAll("\n", " ")}, by ${by}, since ${since}`;
    });
}

function holdText(stage: string, { on, reason, by, untilMs, images }: ActiveHold): string {
  const version = images === undefined ? "" : ` (${images.map(shortDigest).join(", ")} alone)`;
  const what = on === WHOLE_STAGE ? stage : `${on}${version} in ${stage}`;
  const who = by === undefined ? "" : `, by ${by}`;
  const until =
    untilMs === undefined ? "" : `, until ${new Date(untilMs).toISOString().slice(0, 16).replace("T", " ")}`;
  return `held: ${what}: ${reason.replaceAll("\n", " ")}${who}${until}`;
}
