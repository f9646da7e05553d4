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
  failed: "failed",
  "in-progress": "not ended, or killed",
  partial: "of a part of the stage",
  same: "the versions of now",
};

/** The history, the newest first, as somebody reads it who wants to go back. */
export function renderCandidates({ stage, candidates, newestBefore, width }: ShownCandidates): string {
  if (candidates.length === 0) return `${stage} has no updates to go back to`;
  const rows = candidates.slice(0, SHOWN).map((candidate) => cellsOf(candidate, candidate === newestBefore));
  const columns = ["update", "began", "who", "result", "versions then", "goes back"] as const;
  const used = columns.filter((column) => rows.some((row) => row[column] !== ""));
  const more = candidates.length - rows.length;
  return [
    `Updates of ${stage}, the newest first`,
    "",
    renderTable({ head: used, rows: rows.map((row) => used.map((column) => row[column])), width }),
    ...(more > 0 ? ["", `and ${more} older ones: --json lists all`] : []),
    ...(newestBefore === undefined ? [] : ["", "-> is where a rollback without --to goes"]),
  ].join("\n");
}

function cellsOf({ update, differing, unfit, against }: Candidate, isNewestBefore: boolean) {
  const versions = [...differing].map(([name, { image }]) => `${name} ${image.tag}`);
  return {
    update: `${isNewestBefore ? "-> " : ""}${String(update.version)}`,
    began: timeOf(update.startMs),
    who: whoOf(update) ?? "",
    result: update.result,
    "versions then": versions.join("\n"),
    "goes back": unfit === undefined ? goesBack(against) : `no: ${UNFIT[unfit]}`,
  };
}

function goesBack(against: Candidate["against"]): string {
  if (against.length === 0) return "yes";
  return against.map(({ code, found }) => `no (${code}): ${printable(found)}`).join("\n");
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
