import assert from "node:assert/strict";
import fc from "fast-check";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Json, JsonObject } from "../../src/model/json.ts";
import { editYaml, YamlEditError, type YamlChange } from "../../src/model/yaml-edit.ts";
import { parseYamlSource, type YamlSource } from "../../src/model/yaml-source.ts";
import { imageOf, pinOf, stackFiles } from "./generated-stack-file.ts";

const PINS = ["config", "lockstep:pins"];
const LEVELS = ["config", "lockstep:schemaLevels"];

const applications = fc.constantFrom("appointments", "patients", "portal", "status-page", "new-one");
const pinChanges: fc.Arbitrary<YamlChange> = fc
  .record({ name: applications, version: fc.nat(15), facts: fc.nat(12), removed: fc.nat(5) })
  .map(({ name, version, facts, removed }) => ({
    path: [...PINS, name],
    value: removed === 5 ? undefined : pinOf(name, version, facts),
  }));
const imageChanges = fc
  .record({ name: applications, version: fc.nat(15) })
  .map(({ name, version }) => ({ path: [...PINS, name, "image"], value: imageOf(name, version) }));
const levelChanges: fc.Arbitrary<YamlChange> = fc
  .record({ name: applications, level: fc.option(fc.nat(30), { nil: undefined }) })
  .map(({ name, level }) => ({ path: [...LEVELS, name], value: level }));
/** As the verbs make them: several at once, each path once. */
const changes: fc.Arbitrary<YamlChange[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: pinChanges }, levelChanges, imageChanges), { minLength: 1, maxLength: 4 })
  .map((all) => {
    const byPath = new Map(all.map((change) => [change.path.slice(0, 3).join("."), change]));
    return [...byPath.values()];
  });

function sourceOf(text: string): YamlSource {
  const source = parseYamlSource("Pulumi.test.yaml", text);
  assert.ok(source.kind === "accepted", JSON.stringify(source));
  return source.value;
}

/** The edited text; undefined where the editor says that it cannot. Nothing else may happen. */
function edited(text: string, wanted: readonly YamlChange[]): string | undefined {
  try {
    return editYaml(sourceOf(text), wanted);
  } catch (error) {
    if (error instanceof YamlEditError) return undefined;
    throw error;
  }
}

function expectedTree(tree: JsonObject, wanted: readonly YamlChange[]): Json {
  return wanted.reduce<Json>((rest, { path, value }) => withValue(rest, path, value), tree);
}

function withValue(tree: Json | undefined, [key, ...rest]: readonly string[], value: Json | undefined): Json {
  const base: JsonObject = isJsonObject(tree) ? tree : {};
  if (key === undefined) throw new Error("no key");
  const inner = rest.length === 0 ? value : withValue(base[key], rest, value);
  const others = Object.fromEntries(Object.entries(base).filter(([name]) => name !== key));
  return inner === undefined ? others : { ...others, [key]: inner };
}

/** Sections without a value, `{}` and none at all are the same to every reader. */
function meaning(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, meaning(inner)] as const);
  return Object.fromEntries(
    entries.filter(([, inner]) => inner !== null && !(isJsonObject(inner) && Object.keys(inner).length === 0)),
  );
}

function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a key and its value stand in the text: from the key's first character to the value's last. */
function spanOf(text: string, path: readonly string[]): readonly [number, number] | undefined {
  let node: unknown = parseDocument(text).contents;
  let span: readonly [number, number] | undefined;
  for (const part of path) {
    if (!isMap(node)) return undefined;
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
    if (pair === undefined || !isScalar(pair.key)) return undefined;
    const start = pair.key.range?.[0] ?? 0;
    span = [start, Math.max(pair.key.range?.[1] ?? 0, endOf(pair.value))];
    node = pair.value;
  }
  return span;
}

function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    return Math.max(0, ...node.items.flatMap(({ key, value }) => [endOf(key), endOf(value)]));
  }
  if (isSeq(node) && node.flow !== true) return Math.max(0, ...node.items.map(endOf));
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[1] ?? 0) : 0;
}

/** The lines that no change concerns, with their line ends. */
function otherLines(text: string, wanted: readonly YamlChange[]): string[] {
  // Where a key was not there before or is not there after, its nearest mapping's line may become another.
  const spans = wanted.flatMap(({ path }) => {
    for (let length = path.length; length > 0; length -= 1) {
      const span = spanOf(text, path.slice(0, length));
      if (span === undefined) continue;
      const isWhole = length === path.length;
      const isBlock = text.slice(span[0], span[1]).includes("\n");
      return isWhole || !isBlock || /[{]/.test(text.slice(span[0], text.indexOf("\n", span[0]))) ? [span] : [];
    }
    return [];
  });
  let offset = 0;
  return text.split(/(?<=\n)/).filter((line) => {
    const [start, end] = [offset, offset + line.length];
    offset = end;
    return !spans.some(([from, to]) => start < to && end > from);
  });
}

/** Whether all of `part` is in `whole`, in this order. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let found = 0;
  for (const line of whole) if (line === part[found]) found += 1;
  return found === part.length;
}

function withoutLineEnd(line: string): string {
  return line.replace(/\r?\n?$/, "");
}

const RUNS = Number(process.env["LOCKSTEP_PROPERTY_RUNS"] ?? 50);

describe("editYaml, over generated stack files", () => {
  it("is given files that are read as they were meant", () => {
    fc.assert(
      fc.property(stackFiles, ({ text, tree }) => {
        assert.deepEqual(sourceOf(text).tree, tree);
      }),
      { numRuns: RUNS },
    );
  });

  it("gives a file that reads as wanted, or says that it cannot", () => {
    let refusals = 0;
    let runs = 0;
    fc.assert(
      fc.property(stackFiles, changes, ({ text, tree }, wanted) => {
        runs += 1;
        const result = edited(text, wanted);
        if (result === undefined) refusals += 1;
        else assert.deepEqual(meaning(sourceOf(result).tree as Json), meaning(expectedTree(tree, wanted)));
      }),
      { numRuns: RUNS },
    );
    assert.ok(refusals < runs / 20, `${refusals} of ${runs} files were refused`);
  });

  it("keeps every line that no change concerns, in its place", () => {
    fc.assert(
      fc.property(stackFiles, changes, ({ text }, wanted) => {
        const result = edited(text, wanted);
        if (result === undefined) return;
        const kept = withoutHeads(otherLines(text, wanted).map(withoutLineEnd));
        assert.ok(isWithin(kept, result.split("\n").map(withoutLineEnd)), result);
      }),
      { numRuns: RUNS },
    );
  });

  it("adds no line beside the changes", () => {
    fc.assert(
      fc.property(stackFiles, changes, ({ text }, wanted) => {
        const result = edited(text, wanted);
        if (result === undefined) return;
        const other = otherLines(result, wanted).map(withoutLineEnd);
        assert.ok(isWithin(withoutHeads(other), text.split("\n").map(withoutLineEnd)), result);
      }),
      { numRuns: RUNS },
    );
  });

  it("keeps every comment that does not stand on a removed key's own lines", () => {
    fc.assert(
      fc.property(stackFiles, changes, ({ text }, wanted) => {
        const result = edited(text, wanted);
        if (result === undefined) return;
        for (const [comment, count] of comments(text, wanted)) {
          assert.ok((comments(result, []).get(comment) ?? 0) >= count, `lost ${comment}\n${result}`);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("leaves the file alone where it says so already", () => {
    fc.assert(
      fc.property(stackFiles, ({ text, tree }) => {
        for (const path of [PINS, LEVELS]) {
          const section = path.reduce<Json>((inner, key) => (isJsonObject(inner) ? (inner[key] ?? {}) : {}), tree);
          if (!isJsonObject(section)) continue;
          const same = Object.entries(section).map(([key, value]) => ({ path: [...path, key], value }));
          assert.equal(editYaml(sourceOf(text), same), text);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("changes nothing more when it is applied again", () => {
    fc.assert(
      fc.property(stackFiles, changes, ({ text }, wanted) => {
        const once = edited(text, wanted);
        if (once !== undefined) assert.equal(editYaml(sourceOf(once), wanted), once);
      }),
      { numRuns: RUNS },
    );
  });

  it("gives the bytes back when another image is pinned and then the one before", () => {
    fc.assert(
      fc.property(stackFiles, fc.nat(15), ({ text, tree }, version) => {
        const pins = (tree["config"] as JsonObject | null)?.["lockstep:pins"];
        if (!isJsonObject(pins)) return;
        for (const [name, pin] of Object.entries(pins)) {
          if (!isJsonObject(pin)) continue;
          const path = [...PINS, name, "image"];
          const there = editYaml(sourceOf(text), [{ path, value: imageOf(name, version) }]);
          assert.equal(editYaml(sourceOf(there), [{ path, value: pin["image"] }]), text);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** A section's own line changes where the section comes, or ends up empty. */
function withoutHeads(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^ *[\w"':-]+:(?: \{\})?\s*(?:#.*)?$/.test(line));
}

/** Comments and how often they stand in the text, without those on lines of removed values. */
function comments(text: string, wanted: readonly YamlChange[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const source = wanted.length === 0 ? text : withoutRemoved(text, wanted);
  for (const match of source.matchAll(
    /(?<=^|\s)# ?(?:plain|Ärger: größer, ✓|image: x:1@sha256:0 \{a: \[b\]\} "|(?:long )+)(?=\s*$)/gmu,
  )) {
    found.set(match[0], (found.get(match[0]) ?? 0) + 1);
  }
  return found;
}

function withoutRemoved(text: string, wanted: readonly YamlChange[]): string {
  let offset = 0;
  const tree = sourceOf(text).tree as Json;
  const spans = wanted
    .flatMap(({ path, value }) => removedPaths(path, value, tree))
    .flatMap((path) => {
      const span = spanOf(text, path);
      return span === undefined ? [] : [span];
    });
  return text
    .split(/(?<=\n)/)
    .filter((line) => {
      const [start, end] = [offset, offset + line.length];
      offset = end;
      return !spans.some(([from, to]) => start < to && end > from);
    })
    .join("");
}

/** Every path that is there now and not wanted any more. */
function removedPaths(path: readonly string[], value: Json | undefined, tree: Json): string[][] {
  const below = path.reduce<Json | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), tree);
  if (below === undefined) return [];
  if (value === undefined) return [[...path]];
  if (!isJsonObject(value) || !isJsonObject(below)) return [];
  return Object.keys(below).flatMap((key) => removedPaths([...path, key], value[key], tree));
}
