/**
 * Reads YAML as it is usually written in stack files: block mappings of one key per line, with values in one line. Of
 * such a text it gives what the library gives, in a twentieth of the time; of every other text, nothing, and the library
 * reads it. It knows no error: whatever looks unusual is left to the library to judge. That both agree is what
 * test/model/yaml-lines.properties.test.ts holds.
 * @param text without control characters (`parseYamlSource` has looked)
 */
export function readYamlLines(text: string): Readonly<Record<string, unknown>> | undefined {
  // A tab, or Windows' line ends: rare, and rules of their own.
  if (/[\t\r]/.test(text)) return undefined;
  const lines = new Lines(text);
  if (lines.indent !== 0) return undefined;
  const tree = readMapping(lines, 0);
  return tree === UNUSUAL || !lines.hasEnded() ? undefined : tree;
}

type Tree = Record<string, unknown>;

const UNUSUAL = Symbol("unusual");
type Unusual = typeof UNUSUAL;

/** The indentation of what is behind the last line. */
const END = -1;
const MAX_DEPTH = 24;
/** Far below what YAML takes for a key. */
const MAX_KEY_LENGTH = 256;

/** A piece of a plain scalar: no sign in it means anything to YAML, wherever it stands. */
const PIECE = "[A-Za-z0-9_./@+=-]+";
/** A colon within means nothing either. */
const TOKEN = `[A-Za-z0-9/][A-Za-z0-9_./@+=-]*(?::${PIECE})*`;
const WORDS = `${TOKEN}(?: ${TOKEN})*`;
const SINGLE = "'(?:[^'\\n]|'')*'";
/** With the escapes that JSON has as well. */
const DOUBLE = String.raw`"(?:[^"\\\n]|\\["\\/bfnrt])*"`;

const BLANK = /(?: *(?:#.*)?\n)*(?: *(?:#.*)?$)?/y;
const INDENT = / */y;
const KEY = new RegExp(`(?:${TOKEN}|${SINGLE}|${DOUBLE})(?=:(?: |$))`, "my");
const SCALAR = new RegExp(`(?:${WORDS}|~|-[0-9][0-9.]*|${SINGLE}|${DOUBLE})`, "y");
const FLOW_SCALAR = new RegExp(`(?:${WORDS}|~|-[0-9][0-9.]*|${SINGLE}|${DOUBLE})(?= *[,}\\]])`, "y");
const FLOW_KEY = new RegExp(`(?:${TOKEN}|${SINGLE}|${DOUBLE})(?=: )`, "y");
const SPACES = / +/y;
const REST = / *(?:(?<= )#.*)?(?:\n|$)/y;

const WORD_OF_YAML = /^(?:true|false|null)$/i;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;
/** What YAML 1.2 or the engine's reader may take for a number or a date, and more. */
const LIKE_A_NUMBER =
  /^[-+]?(?:[0-9][0-9.]*(?:[eE][-+]?[0-9]*)?|0[xX][0-9A-Fa-f]*|0[obOB][0-9]*|[0-9](?=.*_)[0-9A-Fa-fxXoO_.+-]*)$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;
const TIME_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Where the reading has come to: always at the first key or item of a line, behind its indentation. */
class Lines {
  readonly text: string;
  at = 0;
  /** Of the line that is next; END behind the last one. */
  indent: number = END;

  constructor(text: string) {
    this.text = text;
    this.next();
  }

  hasEnded(): boolean {
    return this.indent === END;
  }

  /** Takes what a pattern finds here; undefined where it finds nothing. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return undefined;
    const from = this.at;
    this.at = pattern.lastIndex;
    return this.text.slice(from, this.at);
  }

  has(sign: string): boolean {
    return this.text.startsWith(sign, this.at);
  }

  /** Ends a line of which nothing but a comment may be left. @returns whether that is so */
  endLine(): boolean {
    if (this.take(REST) === undefined) return false;
    this.next();
    return true;
  }

  /** Goes to the next line that says something. */
  private next(): void {
    this.take(BLANK);
    const indent = this.take(INDENT)?.length ?? 0;
    this.indent = this.at >= this.text.length ? END : indent;
  }
}

function readMapping(lines: Lines, depth: number): Tree | Unusual {
  const { indent } = lines;
  if (depth > MAX_DEPTH) return UNUSUAL;
  const tree: Tree = {};
  while (lines.indent === indent) {
    const key = readKey(lines.take(KEY), tree);
    if (key === UNUSUAL) return UNUSUAL;
    lines.at += 1;
    const value = readValue(lines, indent, depth);
    if (value === UNUSUAL) return UNUSUAL;
    tree[key] = value;
  }
  // Deeper than its siblings, or between two levels.
  return lines.indent > indent ? UNUSUAL : tree;
}

/** What stands behind a key's colon, in its line or below. */
function readValue(lines: Lines, indent: number, depth: number): unknown {
  const inLine =
    lines.take(SPACES) !== undefined && !lines.has("#") && !lines.has("\n") && lines.at < lines.text.length;
  if (inLine) {
    const value = readInLine(lines, depth);
    // A deeper line would go on with it.
    return value !== UNUSUAL && lines.endLine() && lines.indent <= indent ? value : UNUSUAL;
  }
  if (!lines.endLine()) return UNUSUAL;
  if (lines.indent >= indent && lines.has("- ")) return readList(lines, depth + 1);
  return lines.indent > indent ? readMapping(lines, depth + 1) : null;
}

function readInLine(lines: Lines, depth: number): unknown {
  if (lines.has("{") || lines.has("[")) return readFlow(lines, depth + 1);
  return toValue(lines.take(SCALAR));
}

/** Items of one line each. */
function readList(lines: Lines, depth: number): unknown {
  const { indent } = lines;
  const items: unknown[] = [];
  while (lines.indent === indent && lines.has("- ")) {
    lines.at += 2;
    const item = readInLine(lines, depth);
    if (item === UNUSUAL || !lines.endLine() || lines.indent > indent) return UNUSUAL;
    items.push(item);
  }
  return items;
}

/** A collection in braces or brackets, in one line. */
function readFlow(lines: Lines, depth: number): unknown {
  if (depth > MAX_DEPTH) return UNUSUAL;
  const isMapping = lines.has("{");
  const close = isMapping ? "}" : "]";
  const tree: Tree = {};
  const items: unknown[] = [];
  lines.at += 1;
  lines.take(SPACES);
  for (let first = true; !lines.has(close); first = false) {
    if (!first) {
      if (!lines.has(", ")) return UNUSUAL;
      lines.at += 2;
    }
    const key = isMapping ? readKey(lines.take(FLOW_KEY), tree) : "";
    if (key === UNUSUAL) return UNUSUAL;
    if (isMapping) lines.at += 2;
    const item = lines.has("{") || lines.has("[") ? readFlow(lines, depth + 1) : toValue(lines.take(FLOW_SCALAR));
    if (item === UNUSUAL) return UNUSUAL;
    if (isMapping) tree[key] = item;
    else items.push(item);
    lines.take(SPACES);
  }
  lines.at += 1;
  return isMapping ? tree : items;
}

/** A key that is text, and not there yet. */
function readKey(written: string | undefined, tree: Tree): string | Unusual {
  if (written === undefined || written.length > MAX_KEY_LENGTH) return UNUSUAL;
  const key = toValue(written);
  if (typeof key !== "string" || key === "<<" || key === "__proto__" || Object.hasOwn(tree, key)) return UNUSUAL;
  return key;
}

function toValue(written: string | undefined): unknown {
  if (written === undefined) return UNUSUAL;
  // What JSON escapes otherwise is not in the pattern.
  if (written.startsWith('"')) return written.includes("\\") ? (JSON.parse(written) as unknown) : written.slice(1, -1);
  if (written.startsWith("'")) return written.slice(1, -1).replaceAll("''", "'");
  if (WORD_OF_YAML.test(written) || written === "~") return toWord(written);
  if (NUMBER.test(written)) return Number(written);
  return LIKE_A_NUMBER.test(written) && !TIME_IN_UTC.test(written) ? UNUSUAL : written;
}

function toWord(written: string): unknown {
  switch (written) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
    case "~":
      return null;
    default:
      return UNUSUAL;
  }
}
