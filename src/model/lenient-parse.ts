import type { z } from "zod";
import { didYouMean } from "./nearest.ts";
import type { Place, Refusal } from "./refusal.ts";
import { type KeyPath, renderKeyPath, type YamlSource } from "./yaml-source.ts";

/** What could be read of a part of a file, and everything that was wrong with it. */
export interface LenientParse<T> {
  /** The part without what was wrong; absent where what is left is not whole. */
  readonly value: T | undefined;
  readonly refusals: readonly Refusal[];
}

/**
 * Parses one part of a file so that the checks that follow can go on beside its errors, and all are reported at once.
 * @param path where the part stands in the file
 */
export function parseLeniently<Schema extends z.ZodType>(
  schema: Schema,
  part: unknown,
  source: Pick<YamlSource, "placeOf" | "placeOfKey">,
  path: KeyPath,
): LenientParse<z.output<Schema>> {
  const strict = schema.safeParse(part, { reportInput: true });
  if (strict.success) return { value: strict.data, refusals: [] };
  const refusals = strict.error.issues.flatMap((issue) => toRefusals(issue, schema, part, source, path));
  const pruned = strict.error.issues.reduceRight((rest, issue) => pruneIssue(rest, issue), part);
  const rest = schema.safeParse(pruned);
  return { value: rest.success ? rest.data : undefined, refusals };
}

function toRefusals(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  part: unknown,
  source: Pick<YamlSource, "placeOf" | "placeOfKey">,
  base: KeyPath,
): Refusal[] {
  const inner = toKeyPath(issue.path);
  const path = [...base, ...inner];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, inner);
    return issue.keys.map((key) => ({
      code: "unknown-key",
      place: placeOfKey(source, [...path, key]),
      found: `${isConfidential([...path, key]) ? "an unknown key" : `unknown key ${key}`}${didYouMean(key, known)}`,
      expected: known.length > 0 ? `one of ${known.join(", ")}` : "no key here",
      action: "rename or remove the key",
    }));
  }
  const found = valueAt(part, inner);
  const missing = found === undefined;
  const badKey = issue.code === "invalid_key";
  const place = badKey ? placeOfKey(source, path) : source.placeOf(path);
  return [
    {
      code: missing ? "missing-key" : "invalid-value",
      place,
      found: badKey ? renderKeyFound(path) : renderFound(found, path),
      expected: expectation(issue),
      action: missing ? `add ${renderKeyPath(path)}` : `correct ${place.path ?? renderKeyPath(path)}`,
    },
  ];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

/** Where a secret may stand that was written in the wrong form. */
const CONFIDENTIAL = ["secrets", "env", "secure"];

/** Whether the path's last key may be a secret itself. */
function isConfidential(path: KeyPath): boolean {
  return path.slice(0, -1).includes("secrets");
}

/** The place of a key; its path ends above a key that may be a secret itself. */
function placeOfKey(source: Pick<YamlSource, "placeOfKey">, path: KeyPath): Place {
  const place = source.placeOfKey(path);
  return isConfidential(path) ? { ...place, path: renderKeyPath(path.slice(0, -1)) } : place;
}

function renderKeyFound(path: KeyPath): string {
  return isConfidential(path) ? "a key that is no name" : `key ${String(path.at(-1))}`;
}

function renderFound(value: unknown, path: KeyPath): string {
  const confidential = path.some((part) => CONFIDENTIAL.includes(String(part)));
  if (!confidential || typeof value === "object" || value === undefined) return renderValue(value);
  return path.includes("env") ? `a ${typeof value}` : "a value that is not encrypted";
}

/** One line, short, and nothing of what lies in it: that may be a secret. */
export function renderValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function toKeyPath(path: readonly PropertyKey[]): KeyPath {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined,
    value,
  );
}

interface SchemaNode {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly in?: z.ZodType;
}

/** The keys that the schema names at a path, for suggestions. */
function knownKeys(schema: z.ZodType, path: KeyPath): readonly string[] {
  // zod publishes the parts of a schema as `def`, typed per kind of schema.
  const node = schema.def as SchemaNode;
  const wrapped = node.innerType ?? node.in;
  if (wrapped !== undefined) return knownKeys(wrapped, path);
  const [part, ...rest] = path;
  if (part === undefined) return Object.keys(node.shape ?? {});
  const next = node.shape?.[part] ?? node.valueType ?? node.element;
  return next === undefined ? [] : knownKeys(next, rest);
}

function pruneIssue(part: unknown, issue: z.core.$ZodIssue): unknown {
  const path = toKeyPath(issue.path);
  if (issue.code !== "unrecognized_keys") return without(part, path);
  return issue.keys.reduce((rest, key) => without(rest, [...path, key]), part);
}

function without(value: unknown, path: KeyPath): unknown {
  const [part, ...rest] = path;
  if (part === undefined || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) =>
      index !== part ? [item] : rest.length > 0 ? [without(item, rest)] : [],
    );
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      key !== String(part) ? [[key, inner]] : rest.length > 0 ? [[key, without(inner, rest)]] : [],
    ),
  );
}
