import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from "yaml";
import { accepted, refused, type Outcome, type Place, type Refusal } from "./refusal.ts";

export type KeyPath = readonly (string | number)[];

/** A YAML file that was read: its plain values, and where each of them stands in the file. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly tree: unknown;
  readonly document: Document.Parsed;
  /** The place of a value; where there is none at that path, of its nearest enclosing value. */
  placeOf(path: KeyPath): Place;
  /** The place of a key (not of its value). */
  placeOfKey(path: KeyPath): Place;
}

/** Above this a file is refused unread: no stack file of a thousand applications comes near it. */
export const MAX_YAML_BYTES = 4 * 1024 * 1024;

/**
 * Reads YAML strictly: one document, unique keys, no tabs, anchors, aliases, tags or byte order mark.
 * An empty file is an empty mapping.
 * @param file name to be used in places, as people would type it
 */
export function parseYamlSource(file: string, text: string): Outcome<YamlSource> {
  const unreadable = refuseUnreadable(file, text);
  if (unreadable !== undefined) return refused([unreadable]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, merge: false });
  const refusals = [...document.errors, ...document.warnings].map((error): Refusal => ({
    code: `yaml-${error.code.toLowerCase().replaceAll("_", "-")}`,
    place: { file, ...positionAt(lines, error.pos[0]) },
    found: firstLine(error.message),
    expected: "YAML with unique keys, indented by spaces",
    action: "mend this line",
  }));
  refusals.push(...refuseIndirection(file, document, lines));
  if (refusals.length > 0) return refused(refusals);
  return accepted(toSource(file, text, document, lines));
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
  // Decoding replaced what was not UTF-8 by U+FFFD.
  const broken = text.search(/[\p{Cc}--[\t\n\r]]|\uFFFD/v);
  if (broken !== -1) {
    const line = text.slice(0, broken).split("\n").length;
    return {
      code: "not-text",
      place: { file, line },
      found: "a byte that is not UTF-8 text",
      expected: "a YAML file in UTF-8",
      action: "save the file again as UTF-8",
    };
  }
  return undefined;
}

function refuseIndirection(file: string, document: Document.Parsed, lines: LineCounter): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (found: string, offset: number | undefined): void => {
    refusals.push({
      code: "yaml-indirection",
      place: { file, ...positionAt(lines, offset ?? 0) },
      found,
      expected: "plain values: what a stage runs must be readable where it stands",
      action: "write the value out",
    });
  };
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) refuse(`an alias, *${node.source}`, node.range?.[0]);
      else if (node.anchor !== undefined) refuse(`an anchor, &${node.anchor}`, node.range?.[0]);
      else if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:")) {
        refuse(`a tag, ${node.tag}`, node.range?.[0]);
      }
    },
  });
  return refusals;
}

function toSource(file: string, text: string, document: Document.Parsed, lines: LineCounter): YamlSource {
  const place = (path: KeyPath, offset: number | undefined): Place => ({
    file,
    ...(offset === undefined ? {} : positionAt(lines, offset)),
    path: renderKeyPath(path),
  });
  return {
    file,
    text,
    document,
    tree: (document.toJS() as unknown) ?? {},
    placeOf: (path) => place(path, offsetOf(document, path)?.value),
    placeOfKey: (path) => place(path, offsetOf(document, path)?.key),
  };
}

interface Offsets {
  readonly key: number | undefined;
  readonly value: number | undefined;
}

/** Walks as far as the path leads. */
function offsetOf(document: Document.Parsed, path: KeyPath): Offsets | undefined {
  let node: unknown = document.contents;
  let offsets: Offsets | undefined;
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
  if (isScalar(node) || isMap(node) || isSeq(node)) return node.range?.[0];
  return undefined;
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
