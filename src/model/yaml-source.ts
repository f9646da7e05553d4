import { isMap, isPair, isScalar, isSeq, type Document } from "yaml";
import { accepted, refused, type Outcome, type Place, type Refusal } from "./refusal.ts";
import { positionAt, readDocument, startOf, type Reading } from "./yaml-document.ts";
import { readYamlLines } from "./yaml-lines.ts";

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
