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
import { accepted, refused, type Outcome, type Refusal } from "./refusal.ts";
import { repeatedKeys } from "./yaml-repeated-keys.ts";

/** Values nested deeper than this are a mistake; everything that walks a tree may rely on it. */
const MAX_DEPTH = 64;
/** What follows the first errors of a file that is no YAML at all is noise. */
const MAX_SYNTAX_ERRORS = 50;

/** What the library makes of a text. */
export interface Reading {
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

/** Where a node begins. */
export function startOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}

/** From 1, as editors count. */
export function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
