import type { Candidate, Unfit } from "../../delivery/rollback/candidates.ts";
import { timeOf } from "../../delivery/rollback/chosen-update.ts";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import type { Json } from "../../model/json.ts";
import { renderReference } from "../../model/reference.ts";
import { printable } from "../../model/refusal.ts";
import { renderTable } from "../text-table.ts";

export interface ShownCandidates {
  readonly stage: string;
  readonly candidates: readonly Candidate[];
  /** The one that is taken where nobody names another. */
  readonly newestBefore: Candidate | undefined;
  /** Of the terminal. */
  readonly width: number;
}

/** As many as somebody looks at; --json has them all. */
const SHOWN = 20;
const UNFIT: Readonly<Record<Unfit, string>> = {
  failed: "no: failed",
  "in-progress": "no: not ended",
  partial: "no: of a part",
  same: "no: as now",
};

/** The history, the newest first, as somebody reads it who wants to go back. */
export function renderCandidates({ stage, candidates, newestBefore, width }: ShownCandidates): string {
  if (candidates.length === 0) return `${stage} has no updates to go back to`;
  const shown = candidates.slice(0, SHOWN);
  const more = candidates.length - shown.length;
  const table = {
    head: ["update", "began", "result", "goes back"],
    rows: shown.map((candidate) => cellsOf(candidate, candidate === newestBefore)),
    below: shown.map(factsOf),
    width,
  };
  return [
    `Updates of ${stage}, the newest first`,
    "",
    renderTable(table),
    ...(more > 0 ? ["", `and ${more} older ones: --json lists all`] : []),
    ...(newestBefore === undefined ? [] : ["", "-> is where a rollback without --to goes"]),
  ].join("\n");
}

function cellsOf({ update, unfit, against }: Candidate, isNewestBefore: boolean): readonly string[] {
  const goes = against.length === 0 ? "yes" : "no";
  return [
    `${isNewestBefore ? "-> " : ""}${String(update.version)}`,
    timeOf(update.startMs),
    update.result,
    unfit === undefined ? goes : UNFIT[unfit],
  ];
}

/** What is too wide for a column beside the others: who, the versions then, and what stands against them. */
function factsOf({ update, differing, against }: Candidate): readonly string[] {
  const versions = [...differing].map(([name, { image }]) => `${name} ${image.tag}`).join(", ");
  const who = whoOf(update);
  const facts = [...(versions === "" ? [] : [versions]), ...(who === undefined ? [] : [`by ${who}`])];
  return [
    ...(facts.length === 0 ? [] : [facts.join("; ")]),
    ...against.map(({ code, found }) => `no (${code}): ${printable(found).replaceAll("\n", " ")}`),
  ];
}

/** Whoever ran it, where a verb did. */
export function whoOf({ record }: StackUpdate): string | undefined {
  const who = record?.["who"];
  return who === undefined || who === "" ? undefined : printable(who).replaceAll("\n", " ");
}

/** For programs. */
export function candidateToJson({ update, differing, unfit, against }: Candidate): Json {
  return {
    ...updateToJson(update),
    differing: [...differing].map(([name, { image, chart }]) => ({
      ...{ name, image: renderReference(image), chart: `oci://${renderReference(chart)}` },
    })),
    goesBack: unfit === undefined && against.length === 0,
    unfit: unfit ?? null,
    against: against.map((refusal) => ({ ...refusal, place: { ...refusal.place } })),
  };
}

export function updateToJson(update: StackUpdate) {
  const { version, startMs, endMs, result, message, head, dirty } = update;
  return {
    ...{ update: version, began: timeOf(startMs), ended: endMs === undefined ? null : timeOf(endMs), result },
    ...{ who: whoOf(update) ?? null, message, commit: head ?? null, dirty },
  };
}
