import assert from "node:assert/strict";
import { editYaml, YamlEditError, type YamlChange } from "../../src/model/yaml-edit.ts";
import { sourceOf } from "./sample-stage.ts";

const pin = (name: string, value: YamlChange["value"]): YamlChange => ({
  path: ["config", "lockstep:pins", name],
  value,
});
const level = (name: string, value: number | undefined): YamlChange => ({
  path: ["config", "lockstep:schemaLevels", name],
  value,
});

const cases: Readonly<Record<string, readonly [before: string, changes: readonly YamlChange[], after: string]>> = {
  "changes a pin's values where they stand, with the comments around them": [
    "config:\n  lockstep:pins: # by hand: never\n    a:  # first\n      chart: c:1 # the chart\n      image: 'i:1'   # the image\n",
    [pin("a", { image: "i:2", chart: "c:1" })],
    "config:\n  lockstep:pins: # by hand: never\n    a:  # first\n      chart: c:1 # the chart\n      image: 'i:2'   # the image\n",
  ],
  "adds a key to a pin and removes another": [
    "config:\n  lockstep:pins:\n    a:\n      image: i:1\n      revision: abc\n    b: {}\n",
    [pin("a", { image: "i:1", schema: { supports: { min: 1, max: 2 } } })],
    "config:\n  lockstep:pins:\n    a:\n      image: i:1\n      schema: {supports: {min: 1, max: 2}}\n    b: {}\n",
  ],
  "pins a second application behind the first and its comments": [
    "config:\n  lockstep:pins:\n    a:\n      image: i:1\n      # of a\n  # of levels\n  lockstep:schemaLevels: { a: 1 }\n",
    [pin("b", { image: "i:2" }), level("b", 2)],
    "config:\n  lockstep:pins:\n    a:\n      image: i:1\n      # of a\n    b:\n      image: i:2\n  # of levels\n  lockstep:schemaLevels: { a: 1, b: 2 }\n",
  ],
  "writes sections that are not there, in an empty file": [
    "",
    [pin("a", { image: "i:1" }), level("a", 3)],
    "config:\n  lockstep:pins:\n    a:\n      image: i:1\n  lockstep:schemaLevels:\n    a: 3\n",
  ],
  "writes sections behind comments without a last line end, in the file's line ends": [
    "# first\r\n# last",
    [pin("a", { image: "i:1" })],
    "# first\r\n# last\r\nconfig:\r\n  lockstep:pins:\r\n    a:\r\n      image: i:1",
  ],
  "fills a section without a value and keeps the comment behind its colon": [
    "config:\n    lockstep:pins:   # none yet\n    other: 1\n",
    [pin("a", { image: "i:1" })],
    "config:\n    lockstep:pins:   # none yet\n        a:\n            image: i:1\n    other: 1\n",
  ],
  "fills an empty mapping, and null": [
    "config:\n  lockstep:pins: {} # none\n  lockstep:schemaLevels: ~\n",
    [pin("a", { image: "i:1" }), level("a", 3)],
    "config:\n  lockstep:pins: # none\n    a:\n      image: i:1\n  lockstep:schemaLevels:\n    a: 3\n",
  ],
  "leaves an empty mapping where the last pin is removed": [
    "config:\n  lockstep:pins: # comment\n    a:\n      image: i:1\n  other: 1\n",
    [pin("a", undefined)],
    "config:\n  lockstep:pins: {} # comment\n  other: 1\n",
  ],
  "removes from the middle, the start and the end of a flow mapping": [
    "config: { lockstep:schemaLevels: {a: 1, b: 2 , 'c': 3,d: 4} }\n",
    [level("a", undefined), level("c", undefined), level("d", undefined)],
    "config: { lockstep:schemaLevels: {b: 2} }\n",
  ],
  "removes a line of a flow mapping over several lines": [
    "config:\n  lockstep:schemaLevels: {\n    a: 1, # one\n    b: 2, # two\n    c: 3 # three\n  }\n",
    [level("b", undefined), level("d", 4)],
    "config:\n  lockstep:schemaLevels: {\n    a: 1, # one\n    c: 3, d: 4 # three\n  }\n",
  ],
  "puts one key in the place of another at the end of a flow mapping": [
    "config: { lockstep:pins: { a: {image: i:1, revision: abc} } }\n",
    [pin("a", { image: "i:1", schema: 3 })],
    "config: { lockstep:pins: { a: {image: i:1, schema: 3} } }\n",
  ],
  "quotes what other readers would take for a number or a time": [
    "config:\n  lockstep:pins:\n    a:\n      revision: abcdefg\n",
    [pin("a", { revision: "12345e67", created: "2026-11-20T10:11:12Z" })],
    'config:\n  lockstep:pins:\n    a:\n      revision: "12345e67"\n      created: "2026-11-20T10:11:12Z"\n',
  ],
};

describe("editYaml", () => {
  for (const [name, [before, changes, after]] of Object.entries(cases)) {
    it(name, () => {
      assert.equal(editYaml(sourceOf(before), changes), after);
    });
  }

  it("does not touch a file in which nothing is to change", () => {
    const text = "config: { lockstep:pins: { a: {image: 'i:1'} } }";
    assert.equal(editYaml(sourceOf(text), [pin("a", { image: "i:1" }), level("b", undefined)]), text);
    assert.equal(editYaml(sourceOf(text), []), text);
  });

  const impossible: Readonly<Record<string, readonly [string, readonly YamlChange[]]>> = {
    "a comment inside the value": ["config: { lockstep:schemaLevels: {\n  a: 1 # why\n  } }", [level("a", undefined)]],
    "a section that is a list": ["config:\n  lockstep:pins: # why\n    - a\n", [pin("a", { image: "i:1" })]],
    "a file that is a list": ["- a\n", [pin("a", { image: "i:1" })]],
    "a document's end": ["# nothing\n...\n", [pin("a", { image: "i:1" })]],
    "two changes of one value": [
      "",
      [pin("a", { image: "i:1" }), { path: ["config", "lockstep:pins", "a", "image"], value: "i" }],
    ],
    "nothing that would be left": ["config:\n  a: 1\n", [{ path: ["config"], value: undefined }]],
  };
  for (const [name, [text, changes]] of Object.entries(impossible)) {
    it(`says that it cannot edit in place: ${name}`, () => {
      assert.throws(() => editYaml(sourceOf(text), changes), YamlEditError);
    });
  }

  it("takes keys that objects are born with for keys", () => {
    const text = "config:\n  lockstep:pins:\n    constructor: { image: i:1 }\n";
    assert.equal(editYaml(sourceOf(text), [pin("constructor", { image: "i:2" })]), text.replace("i:1", "i:2"));
    assert.match(editYaml(sourceOf("config: {}\n"), [pin("tostring", { image: "i:2" })]), /tostring:/);
  });
});
