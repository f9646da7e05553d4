import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";
import { renderKeyPath, type KeyPath } from "../../model/yaml-source.ts";

/** Where two desired states of an application differ: never what they say there, it may be confidential. */
export interface Difference {
  /** As people would look for it. */
  readonly text: string;
  /** Its path in the stack file, where it stands there. */
  readonly path: KeyPath | undefined;
}

/** Causes before effects: computed values follow from the rest. */
const PARTS = ["pin", "settings", "schemaLevel", "definition", "cluster", "namespace", "values", "effective"];
/** A path of a deep value is not read to its end. */
const MAX_PARTS = 12;

/** A difference with what stands there; undefined: nothing does. */
export interface ValueDifference extends Difference {
  /** The part of the state, and the path inside it. */
  readonly part: string;
  readonly inner: KeyPath;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** All differences, causes first. */
export function differencesOf(application: string, approved: JsonObject, desired: JsonObject): readonly Difference[] {
  return [...pairsOf(approved, desired, false)].map(({ part, inner }) => toDifference(application, part, inner));
}

/** The same, with their values: for people who may read the states themselves. What only one side has is shown leaf by leaf. */
export function valueDifferencesOf(
  application: string,
  before: JsonObject,
  after: JsonObject,
): readonly ValueDifference[] {
  return [...pairsOf(before, after, true)].map(({ part, ...pair }) => ({
    ...toDifference(application, part, pair.inner),
    ...{ part, inner: pair.inner, before: pair.left, after: pair.right },
  }));
}

interface Pair {
  readonly inner: KeyPath;
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

function* pairsOf(left: JsonObject, right: JsonObject, leaves: boolean): Generator<Pair & { readonly part: string }> {
  const parts = new Set([...PARTS, ...Object.keys(left), ...Object.keys(right)]);
  for (const part of parts) {
    for (const pair of pairsBelow({ inner: [], left: valueAt(left, part), right: valueAt(right, part) }, leaves))
      yield { part, ...pair };
  }
}

/** @param leaves whether a mapping that only one side has is read to its leaves */
function pairsBelow(pair: Pair, leaves: boolean): Pair[] {
  const { inner, left, right } = pair;
  if (left === right) return [];
  if (inner.length < MAX_PARTS) {
    const [one, other] = leaves ? [left ?? emptyOf(right), right ?? emptyOf(left)] : [left, right];
    if (isJsonObject(one) && isJsonObject(other)) {
      const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
      if (keys.length > 0)
        return keys.flatMap((key) =>
          pairsBelow({ inner: [...inner, key], left: valueAt(one, key), right: valueAt(other, key) }, leaves),
        );
    }
    if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
      return left.flatMap((item: Json, index) =>
        pairsBelow({ inner: [...inner, index], left: item, right: right[index] as Json }, leaves),
      );
    }
  }
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [pair];
}

/** A key such as `constructor` is there in every object, and in no state that does not say so. */
function valueAt(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** In place of nothing, beside a mapping that has something: nulls and lists are values. */
function emptyOf(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? {} : undefined;
}

function toDifference(application: string, part: string, inner: KeyPath): Difference {
  const section = sectionOf(application, part);
  if (section !== undefined) {
    const path = [...section, ...inner];
    return { text: renderKeyPath(path), path: ["config", ...path] };
  }
  const rest = inner.length === 0 ? part : renderKeyPath(inner);
  switch (part) {
    case "definition":
      return { text: `src/applications/${application}.ts: ${rest}`, path: undefined };
    case "namespace":
      return { text: `lockstep:namespaces: ${rest}`, path: ["config", "lockstep:namespaces"] };
    case "values":
      return { text: `chart values: ${rest}`, path: undefined };
    default:
      return { text: renderKeyPath([part, ...inner]), path: undefined };
  }
}

/** Where the stack file has that part of a state. */
function sectionOf(application: string, part: string): KeyPath | undefined {
  switch (part) {
    case "pin":
      return ["lockstep:pins", application];
    case "settings":
      return ["lockstep:settings", application];
    case "schemaLevel":
      return ["lockstep:schemaLevels", application];
    case "cluster":
      return ["lockstep:cluster"];
    default:
      return undefined;
  }
}
