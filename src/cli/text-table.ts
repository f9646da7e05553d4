import stringWidth from "string-width";
import { printable } from "../model/refusal.ts";

export interface TextTable {
  /** Of each column; a newline begins another line, here and in the rows. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What is said below each of the rows, across all columns. @default nothing */
  readonly below?: readonly (readonly string[])[];
  /** No line is wider than this, in columns of the terminal. */
  readonly width: number;
}

const GAP = 2;
const INDENT = "    ";
/** A sign may be two columns wide. */
const MIN_COLUMN = 2;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Columns of text without borders, for a terminal, a log or a file. Cells that are too wide go on in the next line.
 * (cli-table3 takes five seconds for 1,000 applications by six stages, this a tenth of one.)
 */
export function renderTable({ head, rows, below = [], width }: TextTable): string {
  const cells = [head, ...rows].map((row) => head.map((_, column) => linesOf(row[column] ?? "")));
  const widths = fit(cells, width - GAP * (head.length - 1));
  const rule = widths.map((columns) => "-".repeat(columns));
  const [heading = [], ...body] = cells.map((row) => renderRow(row, widths));
  const lines = body.flatMap((row, index) => [
    ...row,
    ...(below[index] ?? []).flatMap((text) => indented(text, width)),
  ]);
  return [...heading, rule.join(" ".repeat(GAP)), ...lines].join("\n");
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, Math.max(MIN_COLUMN, width - INDENT.length)).map((line) => `${INDENT}${line}`);
}

/** Text in lines that are no wider; words that are too long by themselves are broken. */
export function wrap(text: string, width: number): readonly string[] {
  return linesOf(text).flatMap((line) => wrapLine(line, width));
}

/** How wide the terminal is; a file or a pipe gets as much as most terminals have. */
export function terminalWidth(columns = process.stdout.columns as number | undefined): number {
  const [usual, least] = [80, 20];
  return columns === undefined || columns === 0 ? usual : Math.max(least, columns);
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

function linesOf(text: string): readonly string[] {
  return (ASCII.test(text) ? text : printable(text)).split("\n");
}

type Cells = readonly (readonly (readonly string[])[])[];

function widthsOf(rows: Cells, piecesOf: (line: string) => readonly string[]): readonly number[] {
  const widths = (rows[0] ?? []).map(() => MIN_COLUMN);
  for (const row of rows) {
    for (const [column, lines] of row.entries()) {
      for (const piece of lines.flatMap(piecesOf)) widths[column] = Math.max(widths[column] ?? 0, widthOf(piece));
    }
  }
  return widths;
}

/** Words have their room before whole lines do: they are broken only where all words together are too wide. */
function fit(cells: Cells, available: number): readonly number[] {
  const widths = widthsOf(cells, (line) => [line]);
  if (sum(widths) <= available) return widths;
  const words = widthsOf(cells, (line) => line.split(" "));
  return level(widths, level(words, [], available), available);
}

/** The widest give first, all of them down to the same width, but none below its least. */
function level(widths: readonly number[], least: readonly number[], available: number): readonly number[] {
  let limit = Math.max(...widths);
  const limited = (): readonly number[] =>
    widths.map((width, column) => Math.max(Math.min(width, limit), least[column] ?? MIN_COLUMN));
  while (limit > MIN_COLUMN && sum(limited()) > available) limit--;
  return limited();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function renderRow(row: readonly (readonly string[])[], widths: readonly number[]): readonly string[] {
  const columns = row.map((lines, column) => lines.flatMap((line) => wrapLine(line, widths[column] ?? MIN_COLUMN)));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    columns
      .map((lines, column) => pad(lines[index] ?? "", widths[column] ?? MIN_COLUMN))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function wrapLine(line: string, width: number): readonly string[] {
  if (widthOf(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ").flatMap((one) => breakWord(one, width))) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (widthOf(longer) <= width) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

function breakWord(word: string, width: number): readonly string[] {
  if (widthOf(word) <= width) return [word];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of SIGNS.segment(word)) {
    if (widthOf(part + segment) > width && part !== "") {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return [...parts, part];
}

/** As people see them: a letter with its accents is one. */
const SIGNS = new Intl.Segmenter("en", { granularity: "grapheme" });
