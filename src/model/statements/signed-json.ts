import { z } from "zod";
import { parseBoundedJson } from "../bounded-json.ts";
import type { Json } from "../json.ts";
import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import { isCanonicalText } from "./canonical-json.ts";
import { shellWord } from "../shell-word.ts";

/** A statement's own levels, and those of a chart's values. */
const MAX_DEPTH = 80;

const PROBLEMS = {
  "not-utf8": "bytes that are no UTF-8",
  "not-json": "text that is no JSON",
  "too-deep": `JSON of more than ${MAX_DEPTH} levels`,
} as const;

/** Seconds, UTC, one spelling: what ssh-keygen verifies at, and what a folder's name can say. */
export const signedTimeSchema = z
  .string({ error: "a time" })
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, { error: "a time in UTC with seconds: 2026-11-20T10:11:12Z" })
  .refine((text) => isRealTime(text), { error: "a time that exists" });

export const textSchema = z
  .string({ error: "text" })
  .min(1, { error: "text" })
  .max(4096, { error: "text of at most 4096 characters" });

export interface SignedDocument {
  readonly file: string;
  /** What the document is, for people: `statement`, `approval`. */
  readonly what: string;
  /** Of its refusals. */
  readonly code: string;
}

/**
 * The value of a signed document: canonical JSON and nothing around it, so that one document has one digest and two
 * readers cannot read it in two ways.
 */
export function parseSignedJson<Schema extends z.ZodType>(
  bytes: Uint8Array,
  schema: Schema,
  document: SignedDocument,
): Outcome<z.output<Schema>> {
  const parsed = parseBoundedJson(bytes, MAX_DEPTH);
  if (parsed.kind === "problem") return refused([refuseDocument(document, "", PROBLEMS[parsed.problem])]);
  if (!isCanonical(parsed.value, parsed.text)) {
    return refused([
      refuseDocument(document, "", "JSON that is not in its canonical form (RFC 8785)", "canonical JSON, no newline"),
    ]);
  }
  const read = schema.safeParse(parsed.value);
  if (read.success) return accepted(read.data);
  return refused(
    read.error.issues.map((issue) =>
      refuseDocument(document, issue.path.map(String).join("."), "something else", issue.message),
    ),
  );
}

export function refuseDocument(
  { file, what, code }: SignedDocument,
  path: string,
  found: string,
  expected = `a ${what} as the verbs write it`,
): Refusal {
  return {
    code,
    place: { file, ...(path === "" ? {} : { path }) },
    found,
    expected,
    action: `bring the ${what} back as it was signed: git log -- ${shellWord(file)}; what was never merged can be removed`,
  };
}

export function renderSignedTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}Z`;
}

/** @param text decoded strictly: other bytes are another text */
function isCanonical(value: unknown, text: string): boolean {
  // JSON.parse gives nothing else than JSON. A mapping with this key is read in different ways by different readers.
  return isCanonicalText(value as Json, text) && !text.includes('"__proto__":');
}

function isRealTime(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && renderSignedTime(ms) === text;
}
