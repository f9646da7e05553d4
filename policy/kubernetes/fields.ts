import { isRecord } from "../../src/model/json.ts";

/** What stands at a path of an object that anyone wrote; undefined where it ends before. Unknown values throw. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
}

/** The list at a path; what is no list has no entries. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The entries of the mapping at a path; what is no mapping has none. */
export function entriesAt(value: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] {
  const found = at(value, ...path);
  return isRecord(found) ? Object.entries(found) : [];
}

/** Whether nothing was said: left out, or null as YAML's empty value is. */
export function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** A value as the `found` of a violation. Never for what may be a secret. */
export function shown(value: unknown): string {
  if (absent(value)) return "nothing";
  return typeof value === "string" ? JSON.stringify(value).slice(1, -1) || "empty text" : JSON.stringify(value);
}

/** A path with one more key; keys that are not plain names stand in brackets. */
export function below(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
