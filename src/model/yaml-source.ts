import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from "yaml";
import { accepted, refused, type Outcome, type Place, type Refusal } from "./refusal.ts";
import { readYamlLines } from "./yaml-lines.ts";
import { repeatedKeys } from "./yaml-repeated-keys.ts";

export type KeyPath = readonly (string | number)[];

/** A YAML file that was read: its plain values, and where each of them stands in the file. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly tree: unknown;
  /** Costs what reading the file with the library costs, once; so does the first place. */
  readonly document: Document.Parsed;
  /** The place of a value; where there is none at that path, of its nearest enclosing value. */
  placeOf(path: KeyPath): Place;
  /** The place of a key (not of its value). */
  placeOfKey(path: KeyPath): Place;
}

/** Above this a file is refused unread: no stack file of a thousand applications comes near it. */
export const MAX_YAML_BYTES = 4 * 1024 * 1024;
/** Values nested deeper than this are a mistake; everything that walks a tree may rely on it. */
const MAX_DEPTH = 64;
/** What follows the first errors of a file that is no YAML at all is noise. */
const MAX_SYNTAX_ERRORS = 50;

/**
 * Reads YAML strictly: one document, unique keys that are text, no tabs, anchors, aliases, merges, tags, directives or
 * byte order mark. An empty file is an empty mapping.
 * @param file name to be used in places, as people would type it
 */
export function parseYamlSource(file: string, text: string): Outcome<YamlSource> {
  const unreadable = refuseUnreadable(file, text);
  if (unreadable !== undefined) return refused([unreadable]);
  const tree = readYamlLines(text);
  // The library's answer would be the same; it is asked when somebody wants a place.
  if (tree !== undefined) return accepted(new PlainSource(file, text, tree));
  const read = readDocument(file, text);
  if (read.kind === "refused") return read;
  return accepted(new PlainSource(file, text, (read.value.document.toJS() as unknown) ?? {}, read.value));
}

/** What the library makes of a text. */
interface Reading {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** By the library, and with everything that it takes and we do not. Exported for the test that both readers agree. */
export function readDocument(file: string, text: string): Outcome<Reading> {
  const lines = new LineCounter();
  // The library compares each key with all before it: `repeatedKeys` looks each up.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, merge: false });
  const deep = refuseDepth(file, document, lines);
  if (deep !== undefined) return refused([deep]);
  const problems = [...document.errors, ...repeatedKeys(document), ...document.warnings].slice(0, MAX_SYNTAX_ERRORS);
  const refusals = problems.map((problem): Refusal => ({
    code: `yaml-${problem.code.toLowerCase().replaceAll("_", "-")}`,
    place: { file, ...positionAt(lines, problem.pos[0]) },
    found: renderProblem(problem),
    expected: "YAML with unique keys, indented by spaces",
    action: "mend this line",
  }));
  refusals.push(...refuseIndirection(file, document, lines));
  return refusals.length > 0 ? refused(refusals) : accepted({ document, lines });
}

/** `lockstep:settings.appointments.hosts[0]`: without the leading `config`, as the engine's own commands write it. */
export function renderKeyPath(path: KeyPath): string {
  const shown = path.length > 1 && path[0] === "config" ? path.slice(1) : path;
  return shown.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

function refuseUnreadable(file: string, text: string): Refusal | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_YAML_BYTES) {
    return {
      code: "file-too-large",
      place: { file },
      found: `${bytes} bytes`,
      expected: `at most ${MAX_YAML_BYTES} bytes`,
      action: "look at what was written into this file; git shows its last good version",
    };
  }
  if (text.startsWith("\uFEFF")) {
    return {
      code: "byte-order-mark",
      place: { file, line: 1, column: 1 },
      found: "a byte order mark (U+FEFF)",
      expected: "UTF-8 without byte order mark",
      action: "save the file again as UTF-8 without BOM",
    };
  }
  // Decoding replaced what was not UTF-8 by U+FFFD. The engine's reader ends a line, and so a comment, at each of the
  // others; ours does not: the same bytes would say two things.
  const broken = text.search(/[\p{Cc}--[\t\n\r]]|\r(?!\n)|[\u2028\u2029\uFFFD]/v);
  if (broken !== -1) {
    const line = text.slice(0, broken).split("\n").length;
    return {
      code: "not-text",
      place: { file, line },
      found: "a byte that is not UTF-8 text, or a control character",
      expected: "a YAML file in UTF-8, with the line ends of Unix or Windows",
      action: "save the file again as UTF-8",
    };
  }
  return undefined;
}

/** What the parser says of a place, without the text that it found there: that may be a secret. */
function renderProblem({ code, message }: YAMLError): string {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "a second document";
    case "TAG_RESOLVE_FAILED":
    case "BAD_COLLECTION_TYPE":
      return "a tag";
    case "BAD_DQ_ESCAPE":
      return "an escape sequence that YAML does not have";
    default:
      return (message.split("\n")[0] ?? "").replace(/(?<=[a-z]): .*$/, "");
  }
}

/** Without recursion, so that it holds for every depth. */
function refuseDepth(file: string, document: Document.Parsed, lines: LineCounter): Refusal | undefined {
  const exhausted = document.errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  const offset = exhausted?.pos[0] ?? tooDeep(document.contents);
  if (offset === undefined) return undefined;
  return {
    code: "yaml-too-deep",
    place: { file, ...positionAt(lines, offset) },
    found: `values nested more than ${MAX_DEPTH} deep`,
    expected: "the nesting of a stack file",
    action: "look at what was written into this file; git shows its last good version",
  };
}

function tooDeep(contents: unknown): number | undefined {
  const open: { node: unknown; depth: number }[] = [{ node: contents, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    if (depth > MAX_DEPTH) return startOf(node) ?? 0;
    const inner = isPair(node) ? [node.key, node.value] : isMap(node) || isSeq(node) ? node.items : [];
    for (const item of inner) open.push({ node: item, depth: isPair(item) ? depth : depth + 1 });
  }
  return undefined;
}

function refuseIndirection(file: string, document: Document.Parsed, lines: LineCounter): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (code: string, found: string, node: unknown, [expected, action] = READABLE): void => {
    refusals.push({ code, place: { file, ...positionAt(lines, startOf(node) ?? 0) }, found, expected, action });
  };
  // Names are not shown: where a secret stands unquoted, `*`, `&` and `!` may be its first characters.
  if (document.directives.yaml.explicit === true || Object.keys(document.directives.tags).length > 1) {
    refuse("yaml-indirection", "a directive, %…", undefined);
  }
  visit(document, {
    Pair: (_key, { key }) => {
      if (isScalar(key) && typeof key.value === "string" && !UNSAFE_KEYS.includes(key.value)) return;
      if (isScalar(key) && key.value === "<<") refuse("yaml-indirection", "a merge key, <<", key);
      else {
        const found = isScalar(key) && key.value === "__proto__" ? "the key __proto__" : "a key that is not text";
        refuse("yaml-key", found, key, ["a name", "correct the key; a number is put in quotes"]);
      }
    },
    Node: (_key, node) => {
      if (isAlias(node)) refuse("yaml-indirection", "an alias, *…", node);
      else if (node.anchor !== undefined) refuse("yaml-indirection", "an anchor, &…", node);
      else if (node.tag !== undefined) refuse("yaml-indirection", "a tag, !…", node);
      else if (isScalar(node) && node.type === "PLAIN" && isAmbiguous(node.source ?? "")) {
        refuse(
          "yaml-ambiguous",
          "a number, a date or a question mark that not every reader takes for the same",
          node,
          UNAMBIGUOUS,
        );
      }
    },
  });
  return refusals;
}

const READABLE: readonly [string, string] = [
  "plain values: what a stage runs must be readable where it stands",
  "write the value out",
];
/**
 * Octal with a leading zero, digits with underscores, binary, a sign before another base or a capital in its name, and
 * dates: the engine's reader (YAML 1.1 in these) takes them for other values than ours, and a question mark in front of
 * a word in braces for the sign of a key. A full time in UTC is the same for both.
 */
const AMBIGUOUS =
  /^\?|^[-+]?(?:0[0-9]+|0[bB][01]+|0O[0-7]+|0X[0-9A-Fa-f]+)$|^[-+]0(?:o[0-7]+|x[0-9A-Fa-f]+)$|^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/;
/** What is a number to the engine's reader when its underscores are gone. */
const NUMBER =
  /^[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|0(?:[bB][01]+|[oO][0-7]+|[xX][0-9A-Fa-f]+))$/;
const TIME_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UNAMBIGUOUS: readonly [string, string] = [
  "text in quotes, or a decimal number",
  "put it in quotes, or write it out",
];
/** The engine's reader merges at the first; JavaScript takes the second for an object's prototype. */
const UNSAFE_KEYS = ["<<", "__proto__"];

function isAmbiguous(plain: string): boolean {
  if (/^[-+.0-9]/.test(plain) && plain.includes("_") && NUMBER.test(plain.replaceAll("_", ""))) return true;
  return AMBIGUOUS.test(plain) && !TIME_IN_UTC.test(plain);
}

/** A document takes half a second and many megabytes for a large file: it is made when it is asked for. */
class PlainSource implements YamlSource {
  readonly file: string;
  readonly text: string;
  readonly tree: unknown;
  #reading: Reading | undefined;

  constructor(file: string, text: string, tree: unknown, reading?: Reading) {
    this.file = file;
    this.text = text;
    this.tree = tree;
    this.#reading = reading;
  }

  get document(): Document.Parsed {
    return this.#read().document;
  }

  readonly placeOf = (path: KeyPath): Place => this.#place(path, "value");

  readonly placeOfKey = (path: KeyPath): Place => this.#place(path, "key");

  #place(path: KeyPath, of: keyof Offsets): Place {
    const find = (): ReturnType<typeof positionAt> | undefined => {
      const { document, lines } = this.#read();
      const offset = offsetOf(document, path)?.[of];
      return offset === undefined ? undefined : positionAt(lines, offset);
    };
    const known = { file: this.file, path: renderKeyPath(path) };
    if (this.#reading !== undefined) return { ...known, ...find() };
    // Places are named ahead of refusals that never come: the line is looked up by who reads it.
    return {
      ...known,
      get line() {
        return find()?.line ?? 1;
      },
      get column() {
        return find()?.column ?? 1;
      },
    };
  }

  #read(): Reading {
    if (this.#reading !== undefined) return this.#reading;
    const read = readDocument(this.file, this.text);
    if (read.kind === "refused") throw new Error(`${this.file} is read by one reader and refused by the other`);
    this.#reading = read.value;
    return this.#reading;
  }
}

interface Offsets {
  readonly key: number | undefined;
  readonly value: number | undefined;
}

/** Walks as far as the path leads. */
function offsetOf(document: Document.Parsed, path: KeyPath): Offsets | undefined {
  let node: unknown = document.contents;
  let offsets: Offsets | undefined = node === null ? undefined : { key: startOf(node), value: startOf(node) };
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return offsets;
      const key = startOf(pair.key);
      node = pair.value;
      offsets = { key, value: startOf(node) ?? key };
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) return offsets;
      offsets = { key: startOf(node), value: startOf(node) };
    } else {
      return offsets;
    }
  }
  return offsets;
}

function startOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
