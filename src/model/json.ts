export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** A mapping: neither a list nor nothing. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value);
}

/** As the engine writes an encrypted value: `{ secure: … }` and nothing else. */
export function isCiphertext(value: unknown): value is { readonly secure: string } {
  return isRecord(value) && typeof value["secure"] === "string" && Object.keys(value).length === 1;
}
