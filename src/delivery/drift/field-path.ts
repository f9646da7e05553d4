import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";

/** A step into an object, as FieldsV1 writes it. */
export type FieldStep =
  | { readonly kind: "field"; readonly name: string }
  /** The element of a list that has these values. */
  | { readonly kind: "key"; readonly keys: JsonObject }
  /** The element of a set. */
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "index"; readonly index: number };

/** Says of a node that it is there for itself, whatever is below it. */
export const ITSELF = ".";

/** Undefined for what cannot be read: nobody is told anything of it. */
export function parseStep(text: string): FieldStep | undefined {
  const rest = text.slice(2);
  if (text.startsWith("f:")) return { kind: "field", name: rest };
  const value = parseJson(rest);
  if (value === undefined) return undefined;
  if (text.startsWith("k:") && isJsonObject(value)) return { kind: "key", keys: value };
  if (text.startsWith("v:")) return { kind: "value", value };
  return text.startsWith("i:") && typeof value === "number" ? { kind: "index", index: value } : undefined;
}

/** What is there after one step; undefined where nothing is. */
export function stepInto(value: Json | undefined, step: FieldStep): Json | undefined {
  if (step.kind === "field")
    return isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
  if (!isList(value)) return undefined;
  switch (step.kind) {
    case "key":
      return value.find((element) => hasKeys(element, step.keys));
    case "value":
      return value.find((element) => isDeepStrictEqual(element, step.value));
    case "index":
      return value[step.index];
  }
}

/** For people, such as `spec.containers[name=portal].image`. */
export function renderPath(path: readonly FieldStep[]): string {
  return path.reduce((text, step) => text + renderStep(step, text === ""), "");
}

function renderStep(step: FieldStep, first: boolean): string {
  switch (step.kind) {
    case "field":
      if (!PLAIN.test(step.name)) return `[${JSON.stringify(step.name)}]`;
      return first ? step.name : `.${step.name}`;
    case "key":
      return `[${Object.entries(step.keys)
        .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(",")}]`;
    case "value":
      return `[${JSON.stringify(step.value)}]`;
    case "index":
      return `[${step.index}]`;
  }
}

const PLAIN = /^[\w-]+$/;

function hasKeys(element: Json, keys: JsonObject): boolean {
  return isJsonObject(element) && Object.entries(keys).every(([key, value]) => isDeepStrictEqual(element[key], value));
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function parseJson(text: string): Json | undefined {
  try {
    // What JSON.parse gives is JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
