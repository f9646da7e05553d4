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

/** All differences, causes first. */
export function differencesOf(application: string, approved: JsonObject, desired: JsonObject): readonly Difference[] {
  const parts = [...new Set([...PARTS, ...Object.keys(approved), ...Object.keys(desired)])];
  return parts.flatMap((part) =>
    pathsOf(approved[part], desired[part], []).map((inner) => toDifference(application, part, inner)),
  );
}

function pathsOf(left: Json | undefined, right: Json | undefined, path: KeyPath): KeyPath[] {
  if (left === right) return [];
  if (path.length < MAX_PARTS && isJsonObject(left) && isJsonObject(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      pathsOf(left[key], right[key], [...path, key]),
    );
  }
  if (path.length < MAX_PARTS && Array.isArray(left) && Array.isArray(right) && left.length === right.length)
    return left.flatMap((item: Json, index) => pathsOf(item, right[index] as Json, [...path, index]));
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [path];
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
