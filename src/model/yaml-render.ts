import { stringify, type Scalar } from "yaml";
import type { Json } from "./json.ts";

/**
 * Readers of YAML differ in what they take for a number or a time when it is not quoted; what begins like one is
 * quoted, so that a commit or a time stays text for all of them.
 */
const LOOKS_LIKE_A_NUMBER = /^[-+.]?[0-9][^/]*$|^[0-9a-f]{7,}$/;

/** What stands for itself, unquoted, wherever it is written. Most values are like that, and asking yaml takes long. */
const PLAIN = /^(?!(?:true|false|null)$)[A-Za-z/][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*$/i;

/** A value in one line, in the style of a mapping that was written by hand. */
export function renderFlow(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => renderFlow(item)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return renderScalar(value);
  const items = Object.entries(value).map(([key, item]) => `${renderKey(key)}: ${renderFlow(item)}`);
  return items.length === 0 ? "{}" : `{${items.join(", ")}}`;
}

/** @param style how the value that it replaces was quoted */
export function renderScalar(value: Json, style?: Scalar["type"]): string {
  if (typeof value !== "string") return Array.isArray(value) ? renderFlow(value) : JSON.stringify(value);
  if (style === "QUOTE_DOUBLE" || LOOKS_LIKE_A_NUMBER.test(value)) return JSON.stringify(value);
  if (style === "QUOTE_SINGLE" && !/[\n\r]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return inFlow(value);
}

export function renderKey(key: string): string {
  return inFlow(key);
}

/** Quoted wherever a flow collection would need it, so that the same text fits everywhere. */
function inFlow(text: string): string {
  if (PLAIN.test(text)) return text;
  if (/[\n\r]/.test(text)) return JSON.stringify(text);
  const rendered = stringify([text], { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false }).trim();
  return rendered.slice(1, -1);
}
