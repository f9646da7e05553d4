import type { Json } from "../json.ts";

/** Deeper than any chart's values. */
const MAX_DEPTH = 64;

/** What cannot be written as JSON without loss. */
export class NotJsonError extends Error {
  /** Keys and indices from the top. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], found: string) {
    super(found);
    this.name = "NotJsonError";
    this.path = path;
  }
}

/**
 * The value as JSON has it, for values that come from the catalogue's own code or from YAML; keys in their canonical
 * order. Keys without a value are left out, as the engine does; everything else that JSON would drop, bend or refuse is
 * an error.
 * @throws NotJsonError
 */
export function toPlainJson(value: unknown): Json {
  return toPlain(value, []);
}

/** @param path of the value; the same list all the way down, and as it was when this returns */
function toPlain(value: unknown, path: (string | number)[]): Json {
  if (path.length > MAX_DEPTH) throw notJson(path, `more than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw notJson(path, "text with half a character (a lone surrogate)");
      return value;
    case "number":
      if (!Number.isFinite(value)) throw notJson(path, `the number ${value}`);
      return value;
    case "boolean":
      return value;
    case "object":
      return value === null ? null : toContainer(value, path);
    default:
      throw notJson(path, value === undefined ? "nothing, in a list" : `a ${typeof value}`);
  }
}

function toContainer(value: object, path: (string | number)[]): Json {
  if (Array.isArray(value)) return value.map((item: unknown, index) => within(index, item, path));
  const prototype: unknown = Object.getPrototypeOf(value);
  // An output of the engine, a date, a map: each would become something else, or nothing.
  if (prototype !== Object.prototype && prototype !== null) throw notJson(path, "an object of a class");
  const mapping = value as Readonly<Record<string, unknown>>;
  const plain: Record<string, Json> = {};
  for (const key of Object.keys(mapping).sort()) {
    const inner = mapping[key];
    if (inner === undefined) continue;
    if (!key.isWellFormed() || key === "__proto__") throw notJson(path, "a key that is no text");
    plain[key] = within(key, inner, path);
  }
  return plain;
}

function within(key: string | number, value: unknown, path: (string | number)[]): Json {
  path.push(key);
  const plain = toPlain(value, path);
  path.pop();
  return plain;
}

function notJson(path: readonly (string | number)[], found: string): NotJsonError {
  return new NotJsonError([...path], found);
}
