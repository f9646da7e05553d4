import { isJsonObject, type Json, type JsonObject } from "../model/json.ts";
import { isPinned, parseReference } from "../model/reference.ts";
import { escaped, printable } from "../model/refusal.ts";
import { valueDifferencesOf, type ValueDifference } from "./coverage/differences.ts";

/** What a change is of: in the order in which people decide on it. */
export type ChangePart = "version" | "chart" | "schema" | "settings" | "catalogue" | "stage" | "computed";

/** One value that differs between two desired states of an application, ready to be shown. */
export interface StateChange {
  /** As people would look for it: `lockstep:settings.portal.replicas`. */
  readonly path: string;
  readonly part: ChangePart;
  /** In full, on one line, with nothing in it that steers a terminal; undefined: there was none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Of lists of texts, such as hosts: what came and what went. */
  readonly list: { readonly added: readonly string[]; readonly removed: readonly string[] } | undefined;
  /** The values are digests of ciphertexts: they say that it changed, and nothing else. */
  readonly secret: boolean;
  /** A computed value that repeats a change that is listed itself. */
  readonly follows: boolean;
}

/**
 * Everything that differs between two desired states, causes first and computed values last.
 * @param before undefined: the application comes
 * @param after undefined: it goes
 */
export function changesBetween(
  name: string,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): readonly StateChange[] {
  const differences = valueDifferencesOf(name, before ?? {}, after ?? {});
  const causes = differences.filter(({ part }) => !COMPUTED.has(part));
  const known = knownTransitions(causes);
  return differences
    .map((one) => toChange(one, known))
    .toSorted((left, right) => ORDER.indexOf(left.part) - ORDER.indexOf(right.part));
}

const ORDER: readonly ChangePart[] = ["version", "chart", "schema", "settings", "catalogue", "stage", "computed"];
const COMPUTED: ReadonlySet<string> = new Set(["values", "effective"]);

function toChange(difference: ValueDifference, known: ReadonlySet<string>): StateChange {
  const { text, part, inner, before, after } = difference;
  const ambiguous = textOf(before) === textOf(after);
  return {
    path: onOneLine(text),
    part: partOf(part, inner[0]),
    before: before === undefined ? undefined : ambiguous ? onOneLine(JSON.stringify(before)) : textOf(before),
    after: after === undefined ? undefined : ambiguous ? onOneLine(JSON.stringify(after)) : textOf(after),
    list: listOf(before, after),
    secret: part === "settings" && inner[0] === "secrets",
    follows: COMPUTED.has(part) && repeats(inner, before, after, known),
  };
}

function partOf(part: string, first: string | number | undefined): ChangePart {
  switch (part) {
    case "pin":
      return first === "chart" ? "chart" : first === "schema" ? "schema" : "version";
    case "schemaLevel":
      return "schema";
    case "settings":
      return "settings";
    case "definition":
      return "catalogue";
    case "cluster":
    case "namespace":
      return "stage";
    default:
      // Also what states may get later: shown in any case, as nothing that is listed leads to it.
      return "computed";
  }
}

/**
 * What charts may repeat under the same key: a setting, a definition, and the pieces of the pinned image. Everything
 * else that is computed is shown: a chart's values could say anything. What stands below something, as a variable does
 * below `env`, is the same only below the same.
 */
function knownTransitions(causes: readonly ValueDifference[]): ReadonlySet<string> {
  return new Set(
    causes.flatMap(({ part, inner, before, after }) => [
      transition(inner.slice(-2), before, after),
      ...(part === "pin" && inner[0] === "image" ? imageTransitions(before, after) : []),
    ]),
  );
}

function imageTransitions(before: Json | undefined, after: Json | undefined): readonly string[] {
  const [left, right] = [piecesOf(before), piecesOf(after)];
  return PIECES.filter(({ of }) => of(left) !== of(right)).map(({ key, of }) => transition([key], of(left), of(right)));
}

const PIECES: readonly { readonly key: string; readonly of: (pieces: ImagePieces) => string | undefined }[] = [
  { key: "repository", of: ({ repository }) => repository },
  { key: "tag", of: ({ tag }) => tag },
  { key: "digest", of: ({ digest }) => digest },
  // As some charts take it.
  { key: "image", of: ({ digest }) => digest },
  { key: "image", of: ({ repository, digest }) => repository && digest && `${repository}@${digest}` },
];

interface ImagePieces {
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
}

function piecesOf(image: Json | undefined): ImagePieces {
  const parsed = typeof image === "string" ? parseReference(image) : undefined;
  if (parsed?.kind !== "reference" || !isPinned(parsed.reference)) return {};
  const { registry, repository, tag, digest } = parsed.reference;
  return { repository: `${registry}/${repository}`, tag, digest };
}

/** Whether a cause of one key stands anywhere, or one of two keys below the same one. */
function repeats(
  inner: ValueDifference["inner"],
  before: Json | undefined,
  after: Json | undefined,
  known: ReadonlySet<string>,
): boolean {
  return [1, 2].some((length) => known.has(transition(inner.slice(-length), before, after)));
}

function transition(keys: ValueDifference["inner"], before: Json | undefined, after: Json | undefined): string {
  return JSON.stringify([keys, before === undefined ? [] : [before], after === undefined ? [] : [after]]);
}

function listOf(before: Json | undefined, after: Json | undefined): StateChange["list"] {
  const [left, right] = [textsOf(before), textsOf(after)];
  if (left === undefined || right === undefined) return undefined;
  const added = right.filter((text) => !left.includes(text));
  const removed = left.filter((text) => !right.includes(text));
  // In another order, or one of them twice: only the whole lists say that.
  const explained = right.length - added.length === left.length - removed.length && keepsOrder(left, right);
  return explained && added.length + removed.length > 0
    ? { added: added.map(textOf), removed: removed.map(textOf) }
    : undefined;
}

function keepsOrder(left: readonly string[], right: readonly string[]): boolean {
  const kept = left.filter((text) => right.includes(text));
  return right.filter((text) => left.includes(text)).every((text, index) => kept[index] === text);
}

/** Of a list of texts; nothing is an empty list. */
function textsOf(value: Json | undefined): readonly string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => typeof item === "string") ? value : undefined;
}

/** A text as it is, where nobody can take it for something else; everything else as JSON. */
function textOf(value: Json | undefined): string {
  if (typeof value !== "string") return value === undefined ? "" : onOneLine(JSON.stringify(value));
  return /^[\p{L}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{N}\p{P}\p{S}]+)*$/u.test(value) && !MISLEADING.test(value)
    ? onOneLine(value)
    : onOneLine(JSON.stringify(value));
}

/** What looks like JSON, or like the words around a value. */
const MISLEADING = /^["'([{+-]|^(?:true|false|null|-?\d[\d.eE+-]*)$|->|…|\\u\{/;

function onOneLine(text: string): string {
  return printable(text).replaceAll("\n", escaped).replaceAll(/\S+/g, withoutLookalikes);
}

/** Of a word with Latin letters: those of other scripts, and signs that are the same as others but for their looks. */
function withoutLookalikes(word: string): string {
  if (!/[a-z]/i.test(word)) return word;
  return word.replaceAll(/[^ -~]/gu, (sign) =>
    /[\p{L}--\p{Script=Latin}]/v.test(sign) || /^[\x21-\x7e]$/.test(sign.normalize("NFKC")) ? escaped(sign) : sign,
  );
}

/** The version in a state, and what it is made of. */
export interface StateVersion {
  readonly image: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Undefined where a state has none: statements are read before anybody decides on them, so that it always has. */
export function versionOf(state: JsonObject | undefined): StateVersion | undefined {
  const pin = state?.["pin"];
  const image = isJsonObject(pin) ? pin["image"] : undefined;
  const { repository, tag, digest } = piecesOf(image);
  if (typeof image !== "string" || repository === undefined || tag === undefined || digest === undefined)
    return undefined;
  return { image, repository, tag, digest };
}
