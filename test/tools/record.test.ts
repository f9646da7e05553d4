import assert from "node:assert/strict";
import fc from "fast-check";
import { recipeOf } from "../../tools/catalogue.ts";
import { inputDigestOf } from "../../tools/record.ts";

const crane = recipeOf("crane");
const platform = "linux/x64";

function filesOf(entries: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(entries).map(([name, text]) => [name, new TextEncoder().encode(text)]));
}

describe("inputDigestOf", () => {
  const baseline = inputDigestOf(filesOf({ "go.mod": "m", "go.sum": "s" }), crane, platform);

  it("does not depend on the order of the files", () => {
    assert.equal(inputDigestOf(filesOf({ "go.sum": "s", "go.mod": "m" }), crane, platform), baseline);
  });

  for (const [change, files] of Object.entries({
    "a file's content": { "go.mod": "m2", "go.sum": "s" },
    "a file's name": { "go.mod": "m", "go.work": "s" },
    "a file more": { "go.mod": "m", "go.sum": "s", "main.go": "" },
    "contents that changed places": { "go.mod": "s", "go.sum": "m" },
  })) {
    it(`changes with ${change}`, () => {
      assert.notEqual(inputDigestOf(filesOf(files), crane, platform), baseline);
    });
  }

  it("changes with the build flags and the platform, not with how a program is found", () => {
    const files = filesOf({ "go.mod": "m", "go.sum": "s" });
    assert.ok(crane.kind === "program");
    assert.notEqual(inputDigestOf(files, { ...crane, linkerVariables: { a: "b" } }, platform), baseline);
    assert.notEqual(inputDigestOf(files, crane, "darwin/arm64"), baseline);
    const foundElsewhere = { kind: "plugin", accepts: "*", plugin: "x" } as const;
    assert.equal(inputDigestOf(files, { ...crane, installed: foundElsewhere }, platform), baseline);
  });

  it("is the same for two sets of files only when they are the same", () => {
    const sets = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const same = inputDigestOf(filesOf(one), crane, platform) === inputDigestOf(filesOf(other), crane, platform);
        const sorted = (set: typeof one): unknown => Object.entries(set).toSorted(([a], [b]) => (a < b ? -1 : 1));
        assert.equal(same, JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
      }),
    );
  });
});
