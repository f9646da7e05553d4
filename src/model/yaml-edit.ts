import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, type Pair, type YAMLMap } from "yaml";
import type { Json, JsonObject } from "./chart.ts";
import { renderFlow, renderKey, renderScalar } from "./yaml-render.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

/** What is wanted at a path of a YAML file; undefined removes it. */
export interface YamlChange {
  readonly path: readonly string[];
  readonly value: Json | undefined;
}

/** The file is written in a way that this editor cannot change without touching more than was asked for. */
export class YamlEditError extends Error {
  override readonly name = "YamlEditError";
}

/** Changes by key: either laid into what is there, or put in its place. */
type Wanted =
  | { readonly kind: "within"; readonly keys: Map<string, Wanted> }
  | { readonly kind: "exactly"; readonly value: Json | undefined };

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The file's text with the changes made and every other byte as it was: comments, order, quoting, line ends.
 * @throws YamlEditError where the result would not be exactly the file with these changes
 */
export function editYaml(source: YamlSource, changes: readonly YamlChange[]): string {
  const wanted = gather(changes);
  const editor = new Editor(source);
  const text = editor.apply(wanted);
  const tree: unknown = parseDocument(text).toJS() ?? {};
  const expected = changes.reduce((rest, { path, value }) => withValue(rest, path, value), source.tree);
  if (!isDeepStrictEqual(prune(tree), prune(expected))) {
    throw new YamlEditError(`${source.file} cannot be edited in place: change it by hand`);
  }
  return text;
}

function gather(changes: readonly YamlChange[]): Wanted {
  const root: Wanted = { kind: "within", keys: new Map() };
  for (const { path, value } of changes) {
    let keys = root.keys;
    for (const [index, part] of path.entries()) {
      if (index === path.length - 1) {
        keys.set(part, { kind: "exactly", value });
        break;
      }
      const next = keys.get(part) ?? { kind: "within", keys: new Map<string, Wanted>() };
      if (next.kind === "exactly") throw new YamlEditError(`two changes at ${path.join(".")}`);
      keys.set(part, next);
      keys = next.keys;
    }
  }
  return root;
}

class Editor {
  private readonly text: string;
  private readonly contents: unknown;
  private readonly lineEnd: string;
  private readonly splices: Splice[] = [];

  constructor({ text, document }: YamlSource) {
    this.text = text;
    this.contents = document.contents;
    this.lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  }

  apply(wanted: Wanted): string {
    if (isMap(this.contents)) this.edit(this.contents, wanted);
    else this.splices.push({ start: this.text.length, end: this.text.length, text: this.append("", wanted) });
    // From the back, so that offsets stay true; insertions at one place keep their order.
    return this.splices
      .map((splice, index) => ({ splice, index }))
      .toSorted((left, right) => right.splice.start - left.splice.start || right.index - left.index)
      .reduce(
        (text, { splice: { start, end, text: inserted } }) => text.slice(0, start) + inserted + text.slice(end),
        this.text,
      );
  }

  private append(indent: string, wanted: Wanted): string {
    const before = this.text === "" || this.text.endsWith("\n") ? "" : this.lineEnd;
    const lines = entries(wanted).flatMap(([key, value]) => this.block(indent, key, value));
    return before + lines.map((line) => line + this.lineEnd).join("");
  }

  /** Edits a mapping so that it has what is wanted. */
  private edit(map: YAMLMap, wanted: Wanted): void {
    const present = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair]));
    const removed =
      wanted.kind === "exactly"
        ? [...present.keys()].filter((key) => !isObject(wanted.value) || !(key in wanted.value))
        : [...wanted.keys].flatMap(([key, inner]) =>
            inner.kind === "exactly" && inner.value === undefined ? [key] : [],
          );
    const all = removed.length > 0 && removed.filter((key) => present.has(key)).length === map.items.length;
    if (all || (map.flow === true && removed.some((key) => present.has(key)))) {
      this.replaceWhole(map, toValue(wanted, map.toJSON()));
      return;
    }
    for (const key of removed) {
      const pair = present.get(key);
      if (pair !== undefined) this.removePair(pair);
    }
    const added: [string, Wanted][] = [];
    for (const [key, inner] of entries(wanted)) {
      const pair = present.get(key);
      if (pair === undefined) added.push([key, inner]);
      else this.editPair(pair, inner);
    }
    // What lies in a value that is put in place is written in one line, as in a value that is new.
    if (added.length > 0) this.insert(map, added, wanted.kind === "exactly" ? 1 : 0);
  }

  private editPair(pair: Pair, wanted: Wanted): void {
    const { value } = pair;
    if (isMap(value) && (wanted.kind === "within" || isObject(wanted.value))) {
      this.edit(value, wanted);
      return;
    }
    const wantedValue = toValue(wanted, undefined);
    if (isScalar(value) && !isObject(wantedValue)) {
      if (value.value === wantedValue) return;
      this.replace(value, renderScalar(wantedValue, value.type));
      return;
    }
    if (isDeepStrictEqual(jsonOf(value), wantedValue)) return;
    this.replace(value, renderFlow(wantedValue));
  }

  private replaceWhole(map: YAMLMap, value: Json): void {
    this.replace(map, renderFlow(value));
  }

  private replace(node: unknown, text: string): void {
    const range = rangeOf(node);
    if (range === undefined) throw new YamlEditError("a value without a place");
    const [start, end] = range;
    // An empty value has no text of its own: it stands right behind the colon.
    const gap = start === end && this.text[start - 1] === ":" ? " " : "";
    const content = isMap(node) || isSeq(node) ? lastOffset(node) : end;
    const trailing = this.text.slice(start, content).endsWith("\n") ? this.lineEnd : "";
    const ownLine = isMap(node) && node.flow !== true;
    const from = ownLine ? this.behindColon(start) : start;
    this.splices.push({ start: from, end: content, text: (ownLine ? " " : gap) + text + trailing });
  }

  /** A block collection begins on a line of its own; what replaces it stands behind the colon. */
  private behindColon(start: number): number {
    const colon = this.text.lastIndexOf(":", start);
    if (colon === -1 || this.text.slice(colon + 1, start).trim() !== "") {
      throw new YamlEditError("a comment stands between a key and its value");
    }
    return colon + 1;
  }

  private removePair(pair: Pair): void {
    const key = rangeOf(pair.key);
    if (key === undefined) throw new YamlEditError("a key without a place");
    const start = this.text.lastIndexOf("\n", key[0] - 1) + 1;
    const end = this.endOfLine(Math.max(lastOffset(pair.value), key[1]));
    this.splices.push({ start, end: Math.min(end + 1, this.text.length), text: "" });
  }

  private insert(map: YAMLMap, added: readonly [string, Wanted][], depth: number): void {
    const range = rangeOf(map);
    if (range === undefined) throw new YamlEditError("a mapping without a place");
    if (map.flow === true) {
      const close = this.text.lastIndexOf("}", range[1] - 1);
      const last = map.items.length === 0 ? close : lastOffset(map.items.at(-1)?.value ?? map.items.at(-1)?.key);
      const rendered = added
        .map(([key, value]) => `${renderKey(key)}: ${renderFlow(toValue(value, undefined))}`)
        .join(", ");
      const text = map.items.length === 0 ? ` ${rendered} ` : `, ${rendered}`;
      this.splices.push({ start: last, end: last, text });
      return;
    }
    const indent = this.indentOf(range[0]);
    const at = this.endOfLine(lastOffset(map));
    const lines = added.flatMap(([key, value]) => this.block(indent, key, value, depth));
    const atLineStart = at > 0 && this.text[at - 1] === "\n";
    const text = atLineStart
      ? lines.map((line) => line + this.lineEnd).join("")
      : lines.map((line) => this.lineEnd + line).join("");
    this.splices.push({ start: at, end: at, text });
  }

  /** Lines of a key and its value in block style; a mapping's mapping's values are written in one line. */
  private block(indent: string, key: string, wanted: Wanted, depth = 0): string[] {
    const value = toValue(wanted, undefined);
    const head = `${indent}${renderKey(key)}:`;
    const deep = wanted.kind === "exactly" ? depth + 1 : depth;
    if (!isObject(value) || Object.keys(value).length === 0 || deep > 1) return [`${head} ${renderFlow(value)}`];
    const inner: [string, Wanted][] =
      wanted.kind === "within"
        ? [...wanted.keys]
        : Object.entries(value).map(([name, item]) => [name, { kind: "exactly", value: item }]);
    return [head, ...inner.flatMap(([name, item]) => this.block(`${indent}  `, name, item, deep))];
  }

  private indentOf(offset: number): string {
    return " ".repeat(offset - (this.text.lastIndexOf("\n", offset - 1) + 1));
  }

  /** Where the line's text ends: before its line break. */
  private endOfLine(offset: number): number {
    if (offset > 0 && this.text[offset - 1] === "\n") return offset;
    const end = this.text.indexOf("\n", offset);
    if (end === -1) return this.text.length;
    return this.text[end - 1] === "\r" ? end - 1 : end;
  }
}

function entries(wanted: Wanted): [string, Wanted][] {
  const all: [string, Wanted][] =
    wanted.kind === "within"
      ? [...wanted.keys]
      : isObject(wanted.value)
        ? Object.entries(wanted.value).map(([key, value]) => [key, { kind: "exactly", value }])
        : [];
  return all.filter(([, inner]) => inner.kind === "within" || inner.value !== undefined);
}

/** The value that is wanted where `below` is now. */
function toValue(wanted: Wanted, below: unknown): Json {
  if (wanted.kind === "exactly") return wanted.value ?? null;
  const base: Record<string, Json> = isObject(below) ? { ...below } : {};
  for (const [key, inner] of wanted.keys) {
    if (inner.kind === "exactly" && inner.value === undefined) Reflect.deleteProperty(base, key);
    else base[key] = toValue(inner, base[key]);
  }
  return base;
}

function withValue(tree: unknown, path: KeyPath, value: Json | undefined): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const base: Record<string, unknown> = isObject(tree) ? { ...tree } : {};
  const inner = withValue(base[part], rest, value);
  if (inner === undefined) Reflect.deleteProperty(base, part);
  else base[part] = inner;
  return base;
}

/** Empty mappings and nothing are the same to everyone who reads a stack file. */
function prune(tree: unknown): unknown {
  if (!isObject(tree)) return tree;
  const kept = Object.entries(tree)
    .map(([key, value]) => [key, prune(value)] as const)
    .filter(
      ([, value]) => value !== null && value !== undefined && !(isObject(value) && Object.keys(value).length === 0),
    );
  return Object.fromEntries(kept);
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
  return node.range === null || node.range === undefined ? undefined : [node.range[0], node.range[1]];
}

/** Where the text of a value ends. The range of a block collection may reach over the lines behind it. */
function lastOffset(node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined
      ? (rangeOf(node)?.[1] ?? 0)
      : Math.max(lastOffset(last.value), rangeOf(last.key)?.[1] ?? 0);
  }
  if (isSeq(node) && node.flow !== true) return lastOffset(node.items.at(-1));
  return rangeOf(node)?.[1] ?? 0;
}

function jsonOf(node: unknown): unknown {
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.toJSON() as unknown) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
