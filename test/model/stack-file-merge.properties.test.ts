import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeText } from "../../src/adapters/text-merge.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { planMerge, sectionsOf } from "../../src/model/stack-file-merge.ts";
import { editYaml, YamlEditError, type YamlChange } from "../../src/model/yaml-edit.ts";
import { pinOf, stackFiles } from "./generated-stack-file.ts";
import { sourceOf } from "./sample-stage.ts";

const NAMES = ["appointments", "patients", "portal", "status-page", "billing", "zoo"];
const RUNS = Number(process.env["LOCKSTEP_PROPERTY_RUNS"] ?? 50);

/** What a promotion writes: a pin, and perhaps a level. */
function promotionOf(name: string, version: number): readonly YamlChange[] {
  return [
    { path: ["config", "lockstep:pins", name], value: pinOf(name, version % 16, version) },
    ...(version % 2 === 0 ? [{ path: ["config", "lockstep:schemaLevels", name], value: version }] : []),
  ];
}

const promotions = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.nat(30)), {
  selector: ([name]) => name,
  minLength: 1,
  maxLength: 3,
});
type Promotions = readonly (readonly [string, number])[];

function promote(text: string, made: Promotions): string {
  return editYaml(
    sourceOf(text),
    made.flatMap(([name, version]) => promotionOf(name, version)),
  );
}

/** Runs it where the editor can write the file at all. */
async function whereEditable(test: () => Promise<void>): Promise<void> {
  try {
    await test();
  } catch (error) {
    if (!(error instanceof YamlEditError)) throw error;
  }
}

/** A file whose comments and settings nobody who promotes would touch. */
function withSettings(text: string, line: string): string {
  return `${line}\n${text}`;
}

describe("merging stack files by application", () => {
  it("gives what both did, one after the other, and every other byte", async () => {
    await fc.assert(
      fc.asyncProperty(stackFiles, promotions, promotions, async ({ text }, mine, all) => {
        const yours = all.filter(([name]) => !mine.some(([other]) => other === name));
        await whereEditable(async () => {
          const [ours, theirs] = [promote(text, mine), promote(text, yours)];
          const plan = planMerge({ base: sourceOf(text), ours: sourceOf(ours), theirs: sourceOf(theirs) });
          assert.deepEqual(plan.conflicts, []);
          const merged = await mergeText(plan.texts);
          assert.deepEqual(merged, { text: promote(ours, yours), conflicts: 0 });
          assert.deepEqual(sectionsOf(sourceOf(merged.text)), plan.sections);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("keeps what people wrote on either side", async () => {
    await fc.assert(
      fc.asyncProperty(stackFiles, promotions, promotions, async ({ text }, mine, all) => {
        if (text.startsWith("---")) return;
        const yours = all.filter(([name]) => !mine.some(([other]) => other === name));
        await whereEditable(async () => {
          const ours = promote(text, mine);
          const theirs = withSettings(promote(text, yours), "# ours to keep");
          const plan = planMerge({ base: sourceOf(text), ours: sourceOf(ours), theirs: sourceOf(theirs) });
          const merged = await mergeText(plan.texts);
          assert.equal(merged.conflicts, 0, merged.text);
          assert.ok(merged.text.startsWith("# ours to keep\n"));
          assert.deepEqual(sectionsOf(sourceOf(merged.text)), plan.sections);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("names exactly the applications that were moved to two versions, and never merges them silently", async () => {
    await fc.assert(
      fc.asyncProperty(stackFiles, promotions, promotions, async ({ text }, mine, yours) => {
        await whereEditable(async () => {
          const [base, ours, theirs] = [text, promote(text, mine), promote(text, yours)].map(sourceOf);
          assert.ok(base !== undefined && ours !== undefined && theirs !== undefined);
          const plan = planMerge({ base, ours, theirs });
          const changed = (made: Promotions): Promotions => made.filter((one) => promote(text, [one]) !== text);
          const expected = changed(mine).filter(([name, version]) =>
            changed(yours).some((other) => other[0] === name && !isSame(text, name, version, other[1])),
          );
          assert.deepEqual(plan.conflicts, expected.map(([name]) => name).toSorted());
          if (expected.length === 0) return;
          assert.ok((await mergeText({ ...plan.texts, base: "" })).conflicts > 0);
        });
      }),
      { numRuns: RUNS },
    );
  });
});

function isSame(text: string, name: string, first: number, second: number): boolean {
  return promote(text, [[name, first]]) === promote(text, [[name, second]]);
}

describe("merging stack files as text, where the driver is not switched on", () => {
  /** Every application of a file in block style is promoted on one branch, every other on the second. */
  const pins = (names: readonly string[]): JsonObject =>
    Object.fromEntries(names.map((name, n) => [name, pinOf(name, n, 1)]));
  const file = (names: readonly string[]): string =>
    editYaml(
      sourceOf("config:\n  lockstep:pins:\n  lockstep:settings: {}\n"),
      [
        { path: ["config", "lockstep:pins"], value: undefined },
        ...Object.entries(pins(names)).map(([name, value]) => ({ path: ["config", "lockstep:pins", name], value })),
      ].slice(1),
    );

  async function merged(base: string, mine: Promotions, yours: Promotions): Promise<number> {
    const [ours, theirs] = [promote(base, mine), promote(base, yours)];
    const { text, conflicts } = await mergeText({ base, ours, theirs });
    if (conflicts === 0) assert.deepEqual(sourceOf(text).tree, sourceOf(promote(ours, yours)).tree);
    return conflicts;
  }

  const sorted = NAMES.toSorted();
  const pairs = sorted.slice(1).map((name, index) => [sorted[index] ?? "", name] as const);
  for (const [left, right] of pairs) {
    it(`merges promotions of the neighbours ${left} and ${right}`, async () => {
      assert.equal(await merged(file(sorted), [[left, 21]], [[right, 23]]), 0);
    });
  }

  it("merges two applications that are pinned for the first time, each in the place of its name", async () => {
    const base = file(["appointments", "patients", "status-page"]);
    assert.equal(await merged(base, [["billing", 21]], [["portal", 23]]), 0);
    assert.equal(await merged(base, [["zoo", 21]], [["billing", 23]]), 0);
  });

  it("leaves to the driver what stands at one place: two in one gap, the first two, one line", async () => {
    assert.ok((await merged(file(["appointments", "zoo"]), [["billing", 21]], [["portal", 23]])) > 0);
    assert.ok((await merged("config:\n  lockstep:pins: {}\n", [["billing", 21]], [["portal", 23]])) > 0);
    const levels = `${file(sorted)}  lockstep:schemaLevels: {billing: 1, portal: 2}\n`;
    assert.ok((await merged(levels, [["billing", 20]], [["portal", 22]])) > 0);
  });
});
