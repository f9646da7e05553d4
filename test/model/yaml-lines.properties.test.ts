import assert from "node:assert/strict";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/adapters/project.ts";
import { readYamlLines } from "../../src/model/yaml-lines.ts";
import { readDocument } from "../../src/model/yaml-document.ts";
import { parseYamlSource } from "../../src/model/yaml-source.ts";
import { stackFiles } from "./generated-stack-file.ts";

const FILE = "Pulumi.test.yaml";
const RUNS = 4 * Number(process.env["LOCKSTEP_PROPERTY_RUNS"] ?? 50);

/** What the library says, in the order of its keys too; undefined where it is refused. */
function byLibrary(text: string): string | undefined {
  const read = readDocument(FILE, text);
  return read.kind === "refused" ? undefined : JSON.stringify((read.value.document.toJS() as unknown) ?? {});
}

/** @returns whether it was read the quick way */
function assertSame(text: string): boolean {
  // What is refused unread never gets to either of them.
  if (/[\p{Cc}--[\t\n\r]]|\r(?!\n)|[\u2028\u2029\uFFFD\uFEFF]/v.test(text)) return false;
  const tree = readYamlLines(text);
  if (tree === undefined) return false;
  assert.equal(JSON.stringify(tree), byLibrary(text), text);
  return true;
}

/** Signs that mean something to YAML, and some that do not. */
const SIGNS = [
  ...Array.from("abz019-:#{}[],'\"&*!|>%@`?~ \n\\/._+="),
  ...["  ", "\n  ", "\n\n", ": ", " #", "- ", "\n- ", "---\n", "...\n", "null", "True", "<<", "0x1f", "0b1", "1e3"],
  ...["2026-11-20", "__proto__", "é", "\u00a0", "\u{1F600}", "\t", "\r\n", "1_0", ".5", "08", "-1", "1.", "''", '\\"'],
  ...["\u0085".replace("\u0085", "\\N"), "\\u00e9", "{}", "[]", "{ a: b }", "[a, b]", "a: b", "\n  a: b", "\n    - c"],
] as const;

/** A text with some of its pieces replaced, removed or doubled. */
const disturbed: fc.Arbitrary<string> = fc
  .record({
    file: stackFiles,
    edits: fc.array(fc.tuple(fc.nat(9999), fc.nat(3), fc.constantFrom(...SIGNS)), { minLength: 1, maxLength: 3 }),
  })
  .map(({ file, edits }) =>
    edits.reduce((text, [at, length, sign]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + sign + text.slice(from + length);
    }, file.text),
  );

/** Small texts of nothing but such signs. */
const odd = fc.array(fc.constantFrom(...SIGNS), { maxLength: 14 }).map((signs) => signs.join(""));
/** Pieces of scalars that readers of YAML disagree about, or nearly. */
const PIECES = [
  ...Array.from("aeExbo0179.-+_:/@=~yn"),
  ...[
    "null",
    "True",
    "false",
    "NaN",
    "inf",
    "0x",
    "0o",
    "0b",
    "1e",
    "2026-11-20",
    "T10:11:12Z",
    "v1",
    "100m",
    " ",
    " -",
  ],
  ...[
    "'",
    '"',
    "''",
    "\\n",
    "\\x",
    "\\/",
    "#",
    " #",
    ":",
    ": ",
    "é",
    "\u00a0",
    "\u{1F600}",
    ",",
    "{",
    "}",
    "[",
    "]",
    "&",
    "*",
    "!",
  ],
];
const scalar = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("")),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => `"${pieces.join("")}"`),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => `'${pieces.join("")}'`),
  fc.constantFrom(
    "a",
    "",
    "~",
    "1",
    "1.5",
    "{}",
    "[]",
    "{ a: b, c: [d, e] }",
    "{a: b}",
    "[ a , b ]",
    "[a,b]",
    "{ a: }",
  ),
);
const key = fc.oneof(fc.constantFrom("a", "b", "c", "d-e", "lockstep:pins", '"8080"'), scalar);
const flow = fc
  .record({ entries: fc.array(fc.tuple(key, scalar), { maxLength: 3 }), open: fc.constantFrom("{ ", "{", "[ ", "[") })
  .map(({ entries, open }) =>
    open.startsWith("{")
      ? `${open}${entries.map(([name, value]) => `${name}: ${value}`).join(", ")} }`
      : `${open}${entries.map(([, value]) => value).join(", ")}]`,
  );
const tail = fc.constantFrom("", "", "", "", " ", " # c", "#c", "\n", "\n # c", "\n#c", "\n   ");
/** Lines of keys, items and odd values, mostly indented as they should be. */
const oddValues = fc
  .array(fc.tuple(fc.nat(3), fc.boolean(), key, fc.oneof(scalar, flow), tail), { minLength: 1, maxLength: 5 })
  .map((lines) =>
    lines
      .map(([depth, item, name, value, end], index) => {
        const indent = "  ".repeat(index === 0 ? 0 : depth);
        return item && index > 0 ? `${indent}- ${value}${end}\n` : `${indent}${name}: ${value}${end}\n`;
      })
      .join(""),
  );

describe("readYamlLines", () => {
  it("reads what the verbs and people write as the library does", () => {
    let quick = 0;
    fc.assert(
      fc.property(stackFiles, ({ text }) => {
        if (assertSame(text)) quick += 1;
      }),
      { numRuns: RUNS },
    );
    assert.ok(quick > 0, "none of the generated files was read the quick way");
  });

  it("never reads what the library refuses or reads otherwise, however a file was disturbed", () => {
    let quick = 0;
    fc.assert(
      fc.property(disturbed, (text) => {
        if (assertSame(text)) quick += 1;
      }),
      { numRuns: 4 * RUNS },
    );
    assert.ok(quick > 0);
  });

  it("never reads what the library refuses or reads otherwise, however odd a text is", () => {
    let quick = 0;
    fc.assert(
      fc.property(odd, (text) => {
        if (assertSame(text)) quick += 1;
      }),
      { numRuns: 40 * RUNS },
    );
    assert.ok(quick > 0);
  });

  it("reads scalars, flow collections, lists and comments as the library does, or leaves them to it", () => {
    let quick = 0;
    fc.assert(
      fc.property(oddValues, (text) => {
        if (assertSame(text)) quick += 1;
      }),
      { numRuns: 40 * RUNS },
    );
    assert.ok(quick > RUNS);
  });

  it("reads the committed stack files", () => {
    const files = readdirSync(projectRoot).filter((name) => /^Pulumi\.\w+\.yaml$/.test(name));
    assert.ok(files.length > 0);
    for (const file of files) assert.ok(assertSame(readFileSync(join(projectRoot, file), "utf8")), file);
  });

  for (const [what, text] of Object.entries({
    "an anchor": "a: &b c\n",
    "an alias": "a: *b\n",
    "a tag": "a: !b c\n",
    "a merge key": "<<: { a: b }\n",
    "the key __proto__": "__proto__: { a: b }\n",
    "a key twice": "a: b\na: c\n",
    "a key twice in braces": "a: { b: c, b: d }\n",
    "a key that is a number": "1: a\n",
    "a key that is no text": "true: a\n",
    "a second document": "a: b\n---\nc: d\n",
    "a directive": "%YAML 1.2\n---\na: b\n",
    "a text of several lines": "a: b\n  c\n",
    "a literal": "a: |\n  b\n",
    "an octal number": "a: 010\n",
    "digits with underscores": "a: 1_000\n",
    "a date": "a: 2026-11-20\n",
    "a word in capitals": "a: TRUE\n",
    "a comment without a space": 'a: "b"#c\n',
    "a wrong indentation": "a:\n    b: c\n  d: e\n",
    "a list beside keys": "a: b\n- c\n",
    "a tab": "a:\tb\n",
    "a colon in a text": "a: b: c\n",
    "a bracket that is not closed": "a: [b\n",
    "a quote that is not closed": "a: 'b\n",
  })) {
    it(`leaves ${what} to the library`, () => {
      assert.equal(readYamlLines(text), undefined);
    });
  }

  it("gives places all the same", () => {
    const source = parseYamlSource(FILE, "# first\na:\n  b: [c, d]\n");
    assert.ok(source.kind === "accepted");
    assert.deepEqual(source.value.placeOf(["a", "b", 1]), { file: FILE, line: 3, column: 10, path: "a.b[1]" });
  });
});
