import { isMap, isScalar, isSeq, type Pair } from "yaml";
import { YamlEditError } from "./yaml-change.ts";

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A file's text with the pieces that are to be replaced in it. Offsets are those of the text as it was. */
export class YamlText {
  private readonly text: string;
  private readonly lineEnd: string;
  private readonly splices: Splice[] = [];

  constructor(text: string) {
    this.text = text;
    this.lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  }

  /** @throws YamlEditError where two pieces lie over each other */
  spliced(): string {
    // Insertions at one place keep their order, and come before what is replaced there.
    const ordered = this.splices.toSorted((left, right) => left.start - right.start || left.end - right.end);
    let at = 0;
    let text = "";
    for (const splice of ordered) {
      if (splice.start < at) throw new YamlEditError("two changes at one place");
      text += this.text.slice(at, splice.start) + splice.text;
      at = splice.end;
    }
    return text + this.text.slice(at);
  }

  slice(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  insert(at: number, text: string): void {
    this.splices.push({ start: at, end: at, text });
  }

  /** @throws YamlEditError where a comment would be lost */
  replace(start: number, end: number, text: string): void {
    if (/(?:^|\s)#/.test(this.text.slice(start, end))) {
      throw new YamlEditError("a comment stands inside a value that is to be replaced");
    }
    this.splices.push({ start, end, text });
  }

  /** Removes a value and the space before it; at the end of its line, that behind it too. */
  removeWithSpace(start: number, end: number): void {
    const before = /[ \t]*$/.exec(this.text.slice(this.startOfLine(start), start))?.[0].length ?? 0;
    const behind = /^[ \t]*$/.exec(this.text.slice(end, this.endOfLine(end)))?.[0].length ?? 0;
    this.replace(start - before, end + behind, "");
  }

  /** Removes the lines from one offset's to the other's. */
  removeLines(from: number, to: number): void {
    const lineBreak = this.text.indexOf("\n", to);
    const end = this.isLineStart(to) ? to : lineBreak === -1 ? this.text.length : lineBreak + 1;
    this.splices.push({ start: this.startOfLine(from), end, text: "" });
  }

  /** @param at the end of a line's text, or the start of a line */
  insertLines(at: number, lines: readonly string[]): void {
    const text = lines.map((line) => (this.isLineStart(at) ? line + this.lineEnd : this.lineEnd + line)).join("");
    this.splices.push({ start: at, end: at, text });
  }

  append(lines: readonly string[]): void {
    this.insertLines(this.text.length, lines);
  }

  indentOf(offset: number): number {
    return offset - this.startOfLine(offset);
  }

  /** Whether nothing but a comma and a comment stands beside a piece on its lines. */
  hasOwnLines(start: number, end: number): boolean {
    const before = this.text.slice(this.startOfLine(start), start);
    const behind = this.text.slice(end, this.endOfLine(end));
    return before.trim() === "" && /^\s*,?\s*(?:(?<=\s)#.*)?$/.test(behind);
  }

  /** Right behind the colon of a key. */
  behindColon({ key }: Pair): number {
    const end = isScalar(key) ? (key.range?.[1] ?? 0) : 0;
    const colon = this.text.indexOf(":", end);
    if (colon === -1 || this.text.slice(end, colon).trim() !== "") {
      throw new YamlEditError("a comment stands between a key and its colon");
    }
    return colon + 1;
  }

  /** Where the text of a key and its value ends. The range of a block collection may reach over the lines behind it. */
  lastOffset(node: unknown): number {
    if (isMap(node) && node.flow !== true) return this.lastOffset(node.items.at(-1));
    if (isSeq(node) && node.flow !== true) return this.lastOffset(node.items.at(-1));
    // A value that is not written has its place behind the space, or the comment, that follows the key.
    if (isScalar(node) && node.range?.[0] === node.range?.[1]) return 0;
    if (isMap(node) || isSeq(node) || isScalar(node)) return node.range?.[1] ?? 0;
    if (typeof node !== "object" || node === null || !("key" in node) || !("value" in node)) return 0;
    return Math.max(this.lastOffset(node.key), this.lastOffset(node.value));
  }

  /** Where lines can be inserted behind a value: below the comments that are indented as belonging to it. */
  endOfBlock(offset: number, indent: number): number {
    let end = this.endOfLine(offset);
    if (this.isLineStart(end)) return end;
    for (;;) {
      const match = /^\r?\n( +)#[^\n]*?(?=\r?\n|$)/.exec(this.text.slice(end));
      if (match?.[1] === undefined || match[1].length <= indent) return end;
      end += match[0].length;
    }
  }

  /** Where the line's text ends: before its line break. */
  endOfLine(offset: number): number {
    if (this.isLineStart(offset)) return offset;
    const end = this.text.indexOf("\n", offset);
    if (end === -1) return this.text.length;
    return this.text[end - 1] === "\r" ? end - 1 : end;
  }

  startOfLine(offset: number): number {
    return this.text.lastIndexOf("\n", offset - 1) + 1;
  }

  private isLineStart(offset: number): boolean {
    return offset === 0 || this.text[offset - 1] === "\n";
  }
}
