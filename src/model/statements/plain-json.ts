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
 * The value as JSON has it, for values that come from the catalogue's own code or from YAML. Keys without a value are
 * left out, as the engine does; everything else that JSON would drop, bend or refuse is an error.
 * @throws NotJsonError
 */
export function toPlainJson(value: unknown, path: readonly (string | number)[] = []): Json {
  if (path.length > MAX_DEPTH) throw new NotJsonError(path, `more than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new NotJsonError(path, "text with half a character (a lone surrogate)");
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new NotJsonError(path, `the number ${value}`);
      return value;
    case "boolean":
      return value;
    case "object":
      return value === null ? null : toContainer(value, path);
    default:
      throw new NotJsonError(path, value === undefined ? "nothing, in a list" : `a ${typeof value}`);
  }
}

function toContainer(value: object, path: readonly (string | number)[]): Json {
  if (Array.isArray(value)) return value.map((item: unknown, index) => toPlainJson(item, [...path, index]));
  const prototype: unknown = Object.getPrototypeOf(value);
  // An output of the engine, a date, a map: each would become something else, or nothing.
  if (prototype !== Object.prototype && prototype !== null) throw new NotJsonError(path, "an object of a class");
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([key, inner]: [string, unknown]) => {
      if (!key.isWellFormed() || key === "__proto__") throw new NotJsonError(path, "a key that is no text");
      return [key, toPlainJson(inner, [...path, key])];
    }),
  );
}
