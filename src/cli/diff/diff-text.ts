import type {
  ApplicationDifference,
  StageDifference,
  VersionPart,
  VersionSide,
} from "../../delivery/status/stage-difference.ts";
import { shortDigest } from "../../delivery/coverage/statement-chain.ts";
import type { Digest } from "../../model/digest.ts";
import { CHART_SCHEME } from "../../model/pin-text.ts";
import { isPinned, nameOf, parseReference } from "../../model/reference.ts";
import { ageText } from "../age-text.ts";
import { markdownText, renderMarkdownTable } from "../markdown-table.ts";
import { renderTable, wrap } from "../text-table.ts";

export interface DiffView {
  /** Whether equal applications are shown too. */
  readonly all: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The two stages side by side, for a terminal. */
export function renderDiff(difference: StageDifference, view: DiffView, width: number): string {
  const { head, rows, remarks } = toTable(difference, view);
  const table = rows.length === 0 ? [] : [renderTable({ head, rows, width })];
  return [...table, ...remarks.map((text) => wrap(text, width).join("\n"))].join("\n\n");
}

/** The same for a pull request or a wiki. */
export function renderDiffMarkdown(difference: StageDifference, view: DiffView): string {
  const { head, rows, remarks } = toTable(difference, view);
  const table = rows.length === 0 ? [] : [renderMarkdownTable(head, rows), ""];
  return [...table, ...remarks.map((text) => `- ${markdownText(text)}`)].join("\n");
}

interface DiffTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly remarks: readonly string[];
}

function toTable({ left, right, applications }: StageDifference, { all, nowMs }: DiffView): DiffTable {
  const present = applications.filter(({ kind }) => kind !== "nowhere");
  const equal = present.filter(({ kind }) => kind === "equal");
  const shown = all ? present : present.filter(({ kind }) => kind !== "equal");
  const rest = equal.length > 0 && !all ? `; ${equal.length} the same in both: --all shows them` : "";
  return {
    head: ["application", "", left, right],
    rows: shown.flatMap((one) => rowsOf(one, nowMs)),
    remarks: [`${present.length - equal.length} of ${present.length} applications differ${rest}`],
  };
}

function rowsOf(one: ApplicationDifference, nowMs: number): readonly (readonly string[])[] {
  const { name, left, right, version, settings } = one;
  const rows = [
    ["version", ...versionTexts(left, right, nowMs)],
    // The version has them.
    ...version.filter((part) => part !== "image" && part !== "created").map((part) => partTexts(part, left, right)),
    ...(left?.hold === undefined && right?.hold === undefined ? [] : [["held", holdText(left), holdText(right)]]),
    ...settings.map((setting) => [setting.path, oneLine(setting.left), oneLine(setting.right)]),
  ];
  return rows.map((row, index) => [index === 0 ? name : "", ...row]);
}

function holdText(side: VersionSide | undefined): string {
  if (side?.hold === undefined) return NOTHING;
  const { reason, images } = side.hold;
  const versions = images === undefined ? "" : ` (${images.map(shortDigest).join(", ")} alone)`;
  return `${oneLine(reason)}${versions}`;
}

type Sides = readonly [VersionSide | undefined, VersionSide | undefined];

function versionTexts(left: Sides[0], right: Sides[1], nowMs: number): readonly string[] {
  const texts = referenceTexts(left?.image, right?.image);
  return [left, right].map((side, index) => {
    const age = side?.createdMs === undefined ? "" : `  ${ageText(Math.max(0, nowMs - side.createdMs))}`;
    return `${texts[index] ?? NOTHING}${age}`;
  });
}

function partTexts(part: Exclude<VersionPart, "image" | "created">, ...sides: Sides): readonly string[] {
  switch (part) {
    case "chart":
      return [part, ...referenceTexts(sides[0]?.chart, sides[1]?.chart)];
    case "revision":
      return [part, ...sides.map((side) => side?.revision?.slice(0, REVISION_DIGITS) ?? NOTHING)];
    case "schema level":
      return [part, ...sides.map((side) => side?.schemaLevel?.toString() ?? NOTHING)];
  }
}

/** As short as tells the two apart: the tag; with the digest where the tag is the same; all where the name is not. */
function referenceTexts(left: string | undefined, right: string | undefined): readonly [string, string] {
  const [one, other] = [partsOf(left), partsOf(right)];
  const toText = (parts: ReferenceParts | undefined): string => {
    if (parts === undefined) return NOTHING;
    if (one !== undefined && other !== undefined && one.name !== other.name) return `${parts.name}:${parts.tag}`;
    const ambiguous = one !== undefined && other !== undefined && one.tag === other.tag && one.digest !== other.digest;
    return ambiguous ? `${parts.tag} ${shortDigest(parts.digest)}` : parts.tag;
  };
  return [toText(one), toText(other)];
}

interface ReferenceParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: Digest;
}

function partsOf(reference: string | undefined): ReferenceParts | undefined {
  if (reference === undefined) return undefined;
  const parsed = parseReference(reference.startsWith(CHART_SCHEME) ? reference.slice(CHART_SCHEME.length) : reference);
  // It was written from a pin.
  if (parsed.kind === "problem" || !isPinned(parsed.reference)) throw new Error(`no pinned reference: ${reference}`);
  return { name: nameOf(parsed.reference), tag: parsed.reference.tag, digest: parsed.reference.digest };
}

/** A value may have lines of its own. */
function oneLine(value: string | undefined): string {
  return value === undefined ? NOTHING : value.replaceAll("\n", "\\n");
}

const NOTHING = "-";
const REVISION_DIGITS = 12;
