import canonicalize from "canonicalize";
import { digestOf, type Digest } from "../digest.ts";
import type { Json } from "../json.ts";

/** RFC 8785: one text for equal values. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("a value that JSON does not have");
  return text;
}

export function canonicalDigest(value: Json): Digest {
  return digestOf(canonicalJson(value));
}
