import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import { isJsonObject, type Json } from "./json.ts";
import {
  isEmptyObject,
  isRemoval,
  removedKeys,
  wantedEntries,
  wantedValue,
  YamlEditError,
  type Wanted,
} from "./yaml-change.ts";
import { renderFlow, renderKey, renderScalar } from "./yaml-render.ts";
import type { YamlSource } from "./yaml-source.ts";
import { YamlText } from "./yaml-text.ts";

/** Finds the smallest pieces of a file's text that must change for its tree to be what is wanted. */
export class YamlSplicer {
  private readonly text: YamlText;
  private readonly contents: unknown;
  private readonly step: number;

  constructor({ text, document }: YamlSource) {
    this.text = new YamlText(text);
    this.contents = document.contents;
    this.step = indentStep(this.text, document.contents) ?? 2;
  }

  apply(wanted: Wanted): string {
    if (isMap(this.contents)) this.edit(this.contents, wanted, undefined);
    else if (!isRemoval(wanted)) this.text.append(this.lines("", wanted, 0));
    return this.text.spliced();
  }

  /** Edits a mapping so that it has what is wanted. @param head the pair whose value it is */
  private edit(map: YAMLMap, wanted: Wanted, head: Pair | undefined): void {
    const present = new Map(map.items.map((pair) => [nameOf(pair), pair]));
    const removed = removedKeys(wanted, [...present.keys()]);
    const added: [string, Wanted][] = [];
    for (const [key, inner] of wantedEntries(wanted)) {
      const pair = present.get(key);
      if (pair === undefined) {
        if (!isRemoval(inner)) added.push([key, inner]);
      } else if (map.flow === true) this.editInFlow(pair, inner);
      else this.editInBlock(pair, inner, wanted.kind === "exactly" ? 1 : 0);
    }
    const left = map.items.filter((pair) => isScalar(pair.key) && !removed.includes(String(pair.key.value)));
    if (map.flow === true) this.editFlow(map, left, added);
    else this.editBlock(map, left, added, { head, depth: wanted.kind === "exactly" ? 1 : 0 });
  }

  private editBlock(
    map: YAMLMap,
    left: readonly Pair[],
    added: readonly [string, Wanted][],
    { head, depth }: { readonly head: Pair | undefined; readonly depth: number },
  ): void {
    const indent = this.text.indentOf(startOf(map.items[0]?.key));
    for (const pair of map.items.filter((item) => !left.includes(item))) {
      this.text.removeLines(startOf(pair.key), this.text.lastOffset(pair));
    }
    const isOrdered = depth === 0 && isSorted(left.map(nameOf));
    // In the order of their names among each other too, so that two branches' insertions at one place read the same.
    for (const [key, value] of isOrdered ? added.toSorted(byName) : added) {
      const before = isOrdered ? left.findLast((pair) => nameOf(pair) < key) : left.at(-1);
      const at =
        before === undefined
          ? this.text.startOfLine(startOf((isOrdered ? left[0] : undefined)?.key ?? map.items[0]?.key))
          : this.text.endOfBlock(this.text.lastOffset(before), indent);
      this.text.insertLines(at, this.block(" ".repeat(indent), key, value, depth));
    }
    if (added.length === 0 && left.length === 0) {
      if (head === undefined) throw new YamlEditError("nothing would be left of the file");
      this.text.insert(this.text.behindColon(head), " {}");
    }
  }

  private editFlow(map: YAMLMap, left: readonly Pair[], added: readonly [string, Wanted][]): void {
    const rendered = added.map(([key, value]) => `${renderKey(key)}: ${renderFlow(wantedValue(value))}`).join(", ");
    if (left.length === 0) {
      if (map.items.length > 0 || rendered !== "") this.replace(map, rendered === "" ? "{}" : `{${rendered}}`);
      return;
    }
    map.items.forEach((pair, index) => {
      if (!left.includes(pair)) this.removeFromFlow(map, index, left);
    });
    const last = left.at(-1);
    if (rendered !== "" && last !== undefined) this.text.insert(this.text.lastOffset(last), `, ${rendered}`);
  }

  private removeFromFlow({ items }: YAMLMap, index: number, left: readonly Pair[]): void {
    const pair = items[index];
    if (pair === undefined) return;
    const [start, end] = [startOf(pair.key), this.text.lastOffset(pair)];
    if (this.text.hasOwnLines(start, end)) {
      this.text.removeLines(start, end);
      return;
    }
    const next = items[index + 1];
    // With one comma: the one behind it where something is left there, else the one before it.
    const isLast = !items.slice(index).some((item) => left.includes(item));
    if (!isLast && next !== undefined) this.text.replace(start, startOf(next.key), "");
    else {
      const before = items[index - 1];
      this.text.replace(before === undefined ? start : this.text.lastOffset(before), end, "");
    }
  }

  private editInFlow({ key, value }: Pair, wanted: Wanted): void {
    if (isMap(value) && describesMap(wanted)) this.edit(value, wanted, undefined);
    else if (isRemoval(wanted)) return;
    else if (value === null) this.text.insert(endOf(key), `: ${renderFlow(wantedValue(wanted))}`);
    else this.replaceValue(value, wantedValue(wanted));
  }

  private editInBlock(pair: Pair, wanted: Wanted, depth: number): void {
    const { value } = pair;
    const isNothing = value === null || (isScalar(value) && value.value === null) || isEmptyFlow(value);
    if (isMap(value) && describesMap(wanted) && !isEmptyFlow(value)) {
      this.edit(value, wanted, pair);
      return;
    }
    if (isRemoval(wanted)) return;
    const wantedJson = wantedValue(wanted);
    if (isNothing && isSame(value, wantedJson)) return;
    const range = rangeOf(value);
    const [start, end] = range ?? [0, 0];
    const isBlock = isJsonObject(wantedJson) && !isEmptyObject(wantedJson) && depth === 0;
    if (isNothing && isBlock && !this.text.slice(start, end).includes("\n")) {
      if (start < end) this.text.removeWithSpace(start, end);
      const indent = " ".repeat(this.text.indentOf(startOf(pair.key)) + this.step);
      this.text.insertLines(this.text.endOfLine(endOf(pair.key)), this.lines(indent, wanted, depth));
    } else if (start === end) {
      // An empty value has no place of its own: a comment may stand behind the colon.
      this.text.insert(this.text.behindColon(pair), ` ${renderFlow(wantedJson)}`);
    } else if ((isMap(value) || isSeq(value)) && value.flow !== true) {
      this.text.replace(this.text.behindColon(pair), this.text.lastOffset(pair), ` ${renderFlow(wantedJson)}`);
    } else this.replaceValue(value, wantedJson);
  }

  private replaceValue(node: unknown, wanted: Json): void {
    if (isSame(node, wanted)) return;
    const isPlain = isScalar(node) && !isJsonObject(wanted);
    this.replace(node, isPlain ? renderScalar(wanted, node.type) : renderFlow(wanted));
  }

  private replace(node: unknown, text: string): void {
    const range = rangeOf(node);
    if (range === undefined) throw new YamlEditError("a value without a place");
    const [start, end] = range;
    // A literal's text ends with its last line's end, which stays.
    const content = start + this.text.slice(start, end).trimEnd().length;
    this.text.replace(start, content, text);
  }

  /** The lines of a mapping's content in block style. */
  private lines(indent: string, wanted: Wanted, depth: number): string[] {
    const inner = wanted.kind === "exactly" ? depth + 1 : depth;
    const entries = wantedEntries(wanted);
    return (wanted.kind === "exactly" ? entries : entries.toSorted(byName))
      .filter(([, value]) => !isRemoval(value))
      .flatMap(([key, value]) => this.block(indent, key, value, inner));
  }

  /** Lines of a key and its value in block style; what lies in a value that is put in place is written in one line. */
  private block(indent: string, key: string, wanted: Wanted, depth: number): string[] {
    const value = wantedValue(wanted);
    const head = `${indent}${renderKey(key)}:`;
    if (!isJsonObject(value) || isEmptyObject(value) || depth > 0) return [`${head} ${renderFlow(value)}`];
    return [head, ...this.lines(indent + " ".repeat(this.step), wanted, depth)];
  }
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

function byName([left]: readonly [string, Wanted], [right]: readonly [string, Wanted]): number {
  return left < right ? -1 : 1;
}

/** Whether a file keeps its names in order: what is added then goes where its name belongs. */
function isSorted(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
}

function describesMap(wanted: Wanted): boolean {
  return wanted.kind === "within" || isJsonObject(wanted.value);
}

function isEmptyFlow(node: unknown): boolean {
  return isMap(node) && node.flow === true && node.items.length === 0;
}

function isSame(node: unknown, wanted: Json): boolean {
  const value: unknown = isMap(node) || isSeq(node) || isScalar(node) ? node.toJSON() : null;
  return isDeepStrictEqual(value, wanted);
}

/** How far the file indents: as its first mapping in a mapping does. */
function indentStep(text: YamlText, node: unknown): number | undefined {
  if (!isMap(node) || node.flow === true) return undefined;
  const outer = text.indentOf(startOf(node.items[0]?.key));
  for (const { value } of node.items) {
    if (isMap(value) && value.flow !== true) return text.indentOf(startOf(value.items[0]?.key)) - outer;
  }
  return undefined;
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
  return node.range === null || node.range === undefined ? undefined : [node.range[0], node.range[1]];
}

function startOf(node: unknown): number {
  const range = rangeOf(node);
  if (range === undefined) throw new YamlEditError("a key without a place");
  return range[0];
}

function endOf(node: unknown): number {
  return rangeOf(node)?.[1] ?? startOf(node);
}
