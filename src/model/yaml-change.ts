import { isJsonObject, type Json } from "./json.ts";

/** What is wanted at a path of a YAML file; undefined removes it. */
export interface YamlChange {
  readonly path: readonly string[];
  readonly value: Json | undefined;
}

/** The file is written in a way that this editor cannot change without touching more than was asked for. */
export class YamlEditError extends Error {
  override readonly name = "YamlEditError";
}

/** Changes by key: either laid into what is there, or put in its place. */
export type Wanted =
  | { readonly kind: "within"; readonly keys: Map<string, Wanted> }
  | { readonly kind: "exactly"; readonly value: Json | undefined };

/** @throws YamlEditError where one change lies in another */
export function gatherChanges(changes: readonly YamlChange[]): Wanted {
  const root: Wanted = { kind: "within", keys: new Map() };
  for (const { path, value } of changes) {
    let keys = root.keys;
    for (const [index, part] of path.entries()) {
      const next = keys.get(part) ?? { kind: "within", keys: new Map<string, Wanted>() };
      const last = index === path.length - 1;
      if (next.kind === "exactly" || (last && next.keys.size > 0)) {
        throw new YamlEditError(`two changes at ${path.join(".")}`);
      }
      keys.set(part, last ? { kind: "exactly", value } : next);
      keys = next.keys;
    }
  }
  return root;
}

/** What is wanted by key, without what is to be removed. */
export function wantedEntries(wanted: Wanted): [string, Wanted][] {
  const all: [string, Wanted][] =
    wanted.kind === "within"
      ? [...wanted.keys]
      : isJsonObject(wanted.value)
        ? Object.entries(wanted.value).map(([key, value]) => [key, { kind: "exactly", value }])
        : [];
  return all.filter(([, inner]) => inner.kind === "within" || inner.value !== undefined);
}

/** Which of the keys that are there are not to be there any more. */
export function removedKeys(wanted: Wanted, present: readonly string[]): readonly string[] {
  if (wanted.kind === "within") {
    return present.filter((key) => {
      const inner = wanted.keys.get(key);
      return inner?.kind === "exactly" && inner.value === undefined;
    });
  }
  const { value } = wanted;
  return present.filter((key) => !isJsonObject(value) || !Object.hasOwn(value, key));
}

/** Whether nothing is wanted but that things are not there. */
export function isRemoval(wanted: Wanted): boolean {
  return wanted.kind === "exactly" ? wanted.value === undefined : [...wanted.keys.values()].every(isRemoval);
}

/** The value that is wanted where nothing is yet. */
export function wantedValue(wanted: Wanted): Json {
  if (wanted.kind === "exactly") return wanted.value ?? null;
  const kept = wantedEntries(wanted).filter(([, inner]) => !isRemoval(inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, wantedValue(inner)]));
}

/** The tree with all that is wanted in it, and everything else as it was. */
export function withWanted(tree: unknown, wanted: Wanted): unknown {
  if (wanted.kind === "exactly") return wanted.value;
  const entries = new Map<string, unknown>(Object.entries(isJsonObject(tree) ? tree : {}));
  for (const [key, inner] of wanted.keys) {
    const value = withWanted(entries.get(key), inner);
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  return Object.fromEntries(entries);
}

/** Empty mappings and nothing are the same to everyone who reads a stack file. */
export function withoutEmpty(tree: unknown): unknown {
  if (!isJsonObject(tree)) return tree;
  const kept = Object.entries(tree)
    .map(([key, value]) => [key, withoutEmpty(value)] as const)
    .filter(([, value]) => value !== null && value !== undefined && !isEmptyObject(value));
  return Object.fromEntries(kept);
}

export function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}
