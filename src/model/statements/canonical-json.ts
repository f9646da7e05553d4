import canonicalize from "canonicalize";
import { digestOf, type Digest } from "../digest.ts";
import { isRecord, type Json } from "../json.ts";

/** Deeper values are the library's, which counts no levels. */
const MAX_DEPTH = 100;

/** RFC 8785: one text for equal values. */
export function canonicalJson(value: Json): string {
  // JSON.stringify writes texts and numbers as the RFC has them (section 3.2.2), and keys as they come.
  if (isInOrder(value)) return JSON.stringify(value);
  const text = canonicalize(value);
  if (text === undefined) throw new Error("a value that JSON does not have");
  return text;
}

export function canonicalDigest(value: Json): Digest {
  return digestOf(canonicalJson(value));
}

/** Whether a text is the canonical form of the value that was parsed from it. */
export function isCanonicalText(value: Json, text: string): boolean {
  return canonicalJson(value) === text;
}

/** Whether there is nothing in a value but JSON, and every key comes behind the smaller ones, by UTF-16 code units. */
function isInOrder(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    default:
      if (value === null) return true;
      if (depth > MAX_DEPTH) return false;
      if (Array.isArray(value)) return Object.getPrototypeOf(value) === Array.prototype && areInOrder(value, depth);
      return isRecord(value) && isMappingInOrder(value, depth);
  }
}

function areInOrder(items: readonly unknown[], depth: number): boolean {
  if ("toJSON" in items) return false;
  for (const item of items) if (!isInOrder(item, depth + 1)) return false;
  return true;
}

function isMappingInOrder(mapping: Readonly<Record<string, unknown>>, depth: number): boolean {
  if (Object.getPrototypeOf(mapping) !== Object.prototype || typeof mapping["toJSON"] === "function") return false;
  let before: string | undefined;
  for (const key of Object.keys(mapping)) {
    if ((before !== undefined && key <= before) || !key.isWellFormed()) return false;
    if (!isInOrder(mapping[key], depth + 1)) return false;
    before = key;
  }
  return true;
}
