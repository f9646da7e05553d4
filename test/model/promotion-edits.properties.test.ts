import assert from "node:assert/strict";
import fc from "fast-check";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Json } from "../../src/model/json.ts";
import { editYaml, YamlEditError, type YamlChange } from "../../src/model/yaml-edit.ts";
import { pinOf, stackFiles } from "./generated-stack-file.ts";
import { sourceOf } from "./sample-stage.ts";

/**
 * The byte-for-byte promise, for exactly the edits that a promotion makes: what stands between the pins and levels that
 * it writes is, byte by byte, what stood there before.
 */
const PINS = "lockstep:pins";
const LEVELS = "lockstep:schemaLevels";
const NAMES = ["appointments", "patients", "portal", "status-page", "billing"];
const RUNS = Number(process.env["LOCKSTEP_PROPERTY_RUNS"] ?? 100);

const promotions = fc
  .uniqueArray(
    fc.record({ name: fc.constantFrom(...NAMES), version: fc.nat(15), facts: fc.nat(12), level: fc.nat(60) }),
    {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((all) =>
    all.flatMap(({ name, version, facts, level }): YamlChange[] => [
      { path: ["config", PINS, name], value: pinOf(name, version, facts) },
      ...(level < 30 ? [{ path: ["config", LEVELS, name], value: level }] : []),
    ]),
  );

interface Entry {
  readonly start: number;
  readonly end: number;
}

/** A section's entries by name, from the key's first byte to the value's last; undefined where it is no filled mapping. */
function entriesOf(text: string, section: string): { flow: boolean; entries: Map<string, Entry> } | undefined {
  const config: unknown = parseDocument(text).get("config", true);
  const map: unknown = isMap(config) ? config.get(section, true) : undefined;
  if (!isMap(map) || map.items.length === 0) return undefined;
  const entries = map.items.map(({ key, value }): [string, Entry] => {
    assert.ok(isScalar(key));
    const start = key.range?.[0] ?? 0;
    return [String(key.value), { start, end: Math.max(key.range?.[1] ?? 0, endOf(value)) }];
  });
  return { flow: map.flow === true, entries: new Map(entries) };
}

function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true)
    return Math.max(0, ...node.items.flatMap(({ key, value }) => [endOf(key), endOf(value)]));
  if (isSeq(node) && node.flow !== true) return Math.max(0, ...node.items.map(endOf));
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[1] ?? 0) : 0;
}

/**
 * The text with each entry that the promotion writes cut out: one that was there before leaves a mark, one that came
 * goes with its own lines, or its comma. (That comments stay is looked at in yaml-edit.properties.test.ts.)
 */
function around(
  text: string,
  changes: readonly YamlChange[],
  known: (section: string, name: string) => boolean,
): string {
  const isKnown = ({ path: [, section = "", name = ""] }: YamlChange): boolean => known(section, name);
  const rest = cut(
    text,
    changes.filter((change) => !isKnown(change)),
    withSeparator,
    "",
  );
  return cut(rest, changes.filter(isKnown), (all, entry, flow) => (flow ? entry : withComments(all, entry)), "<>");
}

function cut(
  text: string,
  changes: readonly YamlChange[],
  extend: (text: string, entry: Entry, flow: boolean) => Entry,
  mark: string,
): string {
  const cuts = changes.flatMap(({ path: [, section = "", name = ""] }) => {
    const found = entriesOf(text, section);
    const entry = found?.entries.get(name);
    return found === undefined || entry === undefined ? [] : [extend(text, entry, found.flow)];
  });
  return cuts
    .toSorted((left, right) => right.start - left.start)
    .reduce((rest, { start, end }) => rest.slice(0, start) + mark + rest.slice(end), text);
}

/** What stands behind a block's last line, and the comments and empty lines below it, may be about one of its keys. */
function withComments(text: string, { start, end }: Entry): Entry {
  const rest = /^[^\n\r]*(?:\r?\n[ \t]*(?:#[^\n\r]*)?(?=\r?\n|$))*/.exec(text.slice(end));
  return { start, end: end + (rest?.[0].length ?? 0) };
}

function withSeparator(text: string, { start, end }: Entry, flow: boolean): Entry {
  if (flow) {
    assert.equal(text.slice(start - 2, start), ", ");
    return { start: start - 2, end };
  }
  const lineEnd = text.indexOf("\n", end);
  // At the end of a file without a last line end, the line that came has its line end before it.
  if (lineEnd === -1) return { start: text.slice(0, start).trimEnd().length, end: text.length };
  return { start: text.lastIndexOf("\n", start) + 1, end: lineEnd + 1 };
}

function promoted(text: string, changes: readonly YamlChange[]): string | undefined {
  try {
    return editYaml(sourceOf(text), changes);
  } catch (error) {
    if (error instanceof YamlEditError) return undefined;
    throw error;
  }
}

describe("a promotion's edits, over generated stack files", () => {
  it("leave every byte around the pins and levels that they write", () => {
    let looked = 0;
    fc.assert(
      fc.property(stackFiles, promotions, ({ text }, all) => {
        // A section that comes with them is looked at by its lines (yaml-edit.properties.test.ts).
        const changes = all.filter(({ path: [, section = ""] }) => entriesOf(text, section) !== undefined);
        const result = changes.length === 0 ? undefined : promoted(text, changes);
        if (result === undefined) return;
        looked += 1;
        const known = (section: string, name: string): boolean => entriesOf(text, section)?.entries.has(name) === true;
        assert.equal(around(result, changes, known), around(text, changes, known));
      }),
      { numRuns: RUNS },
    );
    assert.ok(looked > RUNS / 2, `only ${looked} of ${RUNS}`);
  });

  it("write what is to be read, pins and levels and nothing else", () => {
    fc.assert(
      fc.property(stackFiles, promotions, ({ text }, changes) => {
        const result = promoted(text, changes);
        if (result === undefined) return;
        const config = (sourceOf(result).tree as { config: Record<string, Record<string, Json>> }).config;
        for (const {
          path: [, section = "", name = ""],
          value,
        } of changes)
          assert.deepEqual(config[section]?.[name], value);
      }),
      { numRuns: RUNS },
    );
  });
});
