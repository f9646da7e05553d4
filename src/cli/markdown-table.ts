import { printable } from "../model/refusal.ts";

/** A table for a pull request or a wiki; a newline in a cell begins another line there. */
export function renderMarkdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [toRow(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(toRow)].join("\n");
}

/** Text that markdown takes as it is: no mark-up, no link, no table of its own. */
export function markdownText(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_~|[\]@#]/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`)
    .replaceAll("\n", "<br>");
}

function toRow(cells: readonly string[]): string {
  return `|${cells.map((cell) => ` ${markdownText(cell)} |`).join("")}`;
}
