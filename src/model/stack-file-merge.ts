import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json } from "./json.ts";
import { editYaml, YamlEditError, type YamlChange } from "./yaml-edit.ts";
import { withoutEmpty } from "./yaml-change.ts";
import type { YamlSource } from "./yaml-source.ts";

/** A stack file as it was when two branches parted, and what each of them made of it. */
export interface Versions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

export interface MergePlan {
  /**
   * What is left to be merged as text: in all three, whatever only one side did to an application is done already.
   */
  readonly texts: Versions<string>;
  /** The applications that both sides changed, in two ways. */
  readonly conflicts: readonly string[];
  /** What the verbs' sections are to say in the end; without conflicts. */
  readonly sections: Json;
}

const PINS = "lockstep:pins";
const LEVELS = "lockstep:schemaLevels";
const HOLDS = "lockstep:holds";
/** What the verbs write. What people write is merged as their text: comments belong to it. */
const SECTIONS = [PINS, LEVELS, HOLDS];

/**
 * Takes apart what two branches did to a stack file: by application what the verbs wrote, the rest as text.
 * @throws YamlEditError where one of the files cannot be edited in place
 */
export function planMerge({ base, ours, theirs }: Versions<YamlSource>): MergePlan {
  const [mine, yours] = [changesBetween(base, ours), changesBetween(base, theirs)];
  const units = new Set([...mine, ...yours].map(unitOf));
  const inConflict = new Set([...units].filter((unit) => disagree(of(mine, unit), of(yours, unit))));
  const agreed = (changes: readonly YamlChange[]): readonly YamlChange[] =>
    changes.filter((change) => !inConflict.has(unitOf(change)));
  const both = [...new Map([...agreed(mine), ...agreed(yours)].map((change) => [idOf(change), change])).values()];
  const texts = withoutDone({
    base: edit(base, both),
    ours: edit(ours, agreed(yours)),
    theirs: edit(theirs, agreed(mine)),
    isDone: inConflict.size === 0 && edit(base, yours) === theirs.text,
  });
  const names = [...mine, ...yours].flatMap((change) =>
    inConflict.has(unitOf(change)) ? [change.path.at(-1) ?? ""] : [],
  );
  return {
    texts,
    conflicts: [...new Set(names)].toSorted(),
    sections: sectionsOf({ tree: both.reduce(withChange, sectionsOf(base)) }),
  };
}

/** Where theirs is what the verbs wrote and nothing else, ours has all of it by now. */
function withoutDone({
  base,
  ours,
  theirs,
  isDone,
}: Versions<string> & { readonly isDone: boolean }): Versions<string> {
  return { base, ours, theirs: isDone ? base : theirs };
}

/** What the verbs wrote; a section that is empty and one that is not there are the same. */
export function sectionsOf({ tree }: Pick<YamlSource, "tree">): Json {
  const config = isJsonObject(tree) && isJsonObject(tree["config"]) ? tree["config"] : {};
  const sections = SECTIONS.flatMap((section) => (section in config ? [[section, config[section]]] : []));
  // Plain JSON without what is empty is plain JSON.
  return withoutEmpty({ config: Object.fromEntries(sections) as Json }) as Json;
}

function changesBetween(before: YamlSource, after: YamlSource): readonly YamlChange[] {
  return SECTIONS.flatMap((section) => {
    const [was, is] = [entriesOf(before, section), entriesOf(after, section)];
    const names = [...new Set([...was.keys(), ...is.keys()])];
    return names
      .filter((name) => was.has(name) !== is.has(name) || !isDeepStrictEqual(was.get(name), is.get(name)))
      .map((name) => ({ path: ["config", section, name], value: is.get(name) }));
  });
}

/** @throws YamlEditError where the section is none */
function entriesOf({ file, tree }: YamlSource, section: string): ReadonlyMap<string, Json> {
  const config = isJsonObject(tree) ? (tree["config"] ?? {}) : tree;
  const value = isJsonObject(config) ? (config[section] ?? {}) : config;
  if (!isJsonObject(value)) throw new YamlEditError(`${file} has no mapping at ${section}`);
  return new Map(Object.entries(value));
}

/** A pin and the level that it was written with stand and fall together. */
function unitOf({ path: [, section = "", name = ""] }: YamlChange): string {
  return `${section === HOLDS ? HOLDS : PINS} ${name}`;
}

function idOf({ path }: YamlChange): string {
  return path.join("\n");
}

function of(changes: readonly YamlChange[], unit: string): readonly YamlChange[] {
  return changes.filter((change) => unitOf(change) === unit);
}

function disagree(mine: readonly YamlChange[], yours: readonly YamlChange[]): boolean {
  return mine.length > 0 && yours.length > 0 && !isDeepStrictEqual(mine, yours);
}

function withChange(tree: Json, { path: [config = "", section = "", name = ""], value }: YamlChange): Json {
  const sections = isJsonObject(tree) && isJsonObject(tree[config]) ? tree[config] : {};
  const entries = new Map(Object.entries(isJsonObject(sections[section]) ? sections[section] : {}));
  if (value === undefined) entries.delete(name);
  else entries.set(name, value);
  return { [config]: { ...sections, [section]: Object.fromEntries(entries) } };
}

function edit(source: YamlSource, changes: readonly YamlChange[]): string {
  return changes.length === 0 ? source.text : editYaml(source, changes);
}
