import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_YAML_BYTES, parseYamlSource } from "../../src/model/yaml-source.ts";
import type { Refusal } from "../../src/model/refusal.ts";
import { sourceOf } from "./sample-stage.ts";

function refusalsOf(text: string): readonly Refusal[] {
  const source = parseYamlSource("f.yaml", text);
  return source.kind === "refused" ? source.refusals : [];
}

/** Nothing but keys. The library's own check of them would take minutes. */
function manyKeys(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}:\n`).join("");
}

describe("parseYamlSource", () => {
  for (const [name, text] of Object.entries({
    "an empty file": "",
    "comments alone": "# nothing yet\n",
    "white space alone": "  \n\n",
    "a document's start and end alone": "---\n...\n",
  })) {
    it(`reads ${name} as an empty mapping`, () => {
      assert.deepEqual(sourceOf(text).tree, {});
    });
  }

  it("reads the line ends of Windows, non-ASCII text and every style of quoting", () => {
    const text = "config:\r\n  a: 'Grüße'  # ✓\r\n  b: \"日本\"\r\n  c: [x, { y: ~ }]\r\n";
    assert.deepEqual(sourceOf(text).tree, { config: { a: "Grüße", b: "日本", c: ["x", { y: null }] } });
  });

  const broken: Readonly<Record<string, readonly [text: string, code: string, line: number, column?: number]>> = {
    "a key that is there twice": ["config:\n  a: 1\n  a: 2\n", "yaml-duplicate-key", 3, 3],
    "a key that is there twice in different quotes": ['a: 1\n"a": 2\n', "yaml-duplicate-key", 2, 1],
    "a key that is there twice in braces": ["a: { b: 1, b: 2 }\n", "yaml-duplicate-key", 1, 12],
    "a key that is there twice, far apart": [`? a\n${manyKeys(40_000)}a: 2\n`, "yaml-duplicate-key", 40_002, 1],
    "a tab that indents": ["config:\n\ta: 1\n", "yaml-tab-as-indent", 2, 1],
    "an anchor": ["a: &x 1\n", "yaml-indirection", 1, 7],
    "a merge key": ["a:\n  <<: { b: 1 }\n", "yaml-indirection", 2, 3],
    "a tag of YAML's own": ["a: !!str 3\n", "yaml-indirection", 1, 10],
    "a set": ["a: !!set { b }\n", "yaml-indirection", 1],
    "a directive": ["%YAML 1.1\n---\na: yes\n", "yaml-indirection", 1, 1],
    "a directive for tags": ["%TAG ! tag:example.com,2026:\n---\na: 1\n", "yaml-indirection", 1, 1],
    "a number as a key": ["a: 1\n8080: b\n", "yaml-key", 2, 1],
    "null as a key": ["a: 1\nnull: b\n", "yaml-key", 2, 1],
    "true as a key": ["a: { true: b }\n", "yaml-key", 1, 6],
    "a list as a key": ["? [a, b]\n: c\n", "yaml-key", 1, 3],
    "a prototype": ["a:\n  __proto__: { b: 1 }\n", "yaml-key", 2, 3],
    "a second document": ["a: 1\n---\nb: 2\n", "yaml-multiple-docs", 2, 1],
    "a byte order mark": ["\uFEFFa: 1\n", "byte-order-mark", 1, 1],
    "a byte that is not UTF-8": ["a: 1\nb: \uFFFD\n", "not-text", 2],
    "a NUL": ["a: 1\nb: \u0000\n", "not-text", 2],
    "an escape sequence for terminals": ["a: 1\n\nb: \u001b[31m\n", "not-text", 3],
    "a lone carriage return, where the engine's reader ends the line": ["a: 1 # x\rb: 2\n", "not-text", 1],
    "a line separator, where the engine's reader ends the line": ["a: 1\n# x\u2028b: 2\n", "not-text", 2],
    "more than four megabytes": ["# ".padEnd(MAX_YAML_BYTES + 1, "x"), "file-too-large", 0],
    "an octal number, which the engine's reader takes for eight": ["a: 010\n", "yaml-ambiguous", 1, 4],
    "a number with underscores": ["a: [1_000]\n", "yaml-ambiguous", 1, 5],
    "a binary number": ["a: 0b101\n", "yaml-ambiguous", 1, 4],
    "a base with a capital letter": ["a: [0X1F]\n", "yaml-ambiguous", 1, 5],
    "a sign before a base": ["a: -0x1F\n", "yaml-ambiguous", 1, 4],
    "a base with underscores": ["a: 0o_17\n", "yaml-ambiguous", 1, 4],
    "a question mark in braces, which the engine's reader leaves out": ["a: { b: c,?d: e }\n", "yaml-ambiguous", 1, 11],
    "underscores within the base": ["a: 0_xE\n", "yaml-ambiguous", 1, 4],
    "a fraction with underscores": ["a: 1_0.5e3\n", "yaml-ambiguous", 1, 4],
    "an octal number with a capital letter as a key": ["0O17: a\n", "yaml-ambiguous", 1, 1],
    "a date": ["a: 2026-11-20\n", "yaml-ambiguous", 1, 4],
    "a time in another zone": ["a: 2026-11-20T10:11:12+01:00\n", "yaml-ambiguous", 1, 4],
    "a bracket that is not closed": ["a: 1\nb: [c\n", "yaml-bad-indent", 3],
  };
  for (const [name, [text, code, line, column]] of Object.entries(broken)) {
    it(`refuses ${name}, with its place`, () => {
      const refusals = refusalsOf(text);
      const found = refusals.find((refusal) => refusal.code === code);
      assert.ok(found !== undefined, JSON.stringify(refusals));
      assert.equal(found.place.file, "f.yaml");
      assert.equal(found.place.line ?? 0, line);
      if (column !== undefined) assert.equal(found.place.column, column);
    });
  }

  it("takes what every reader takes for the same: quoted, decimal, a full time in UTC, words, versions, quantities", () => {
    const text = `a: ["010", '1_000', 10, 0, -3, 1.5, 2026-11-20T10:11:12Z, a_b, 1.4.2, 100m, _x, 0x1f, 1.2.3_4, 0xfoo, _]\n`;
    assert.deepEqual(refusalsOf(text), []);
  });

  it("refuses an alias, and does not write it out", () => {
    const bomb = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}`}]`);
    assert.ok(refusalsOf(bomb.join("\n")).every(({ code }) => code === "yaml-indirection"));
  });

  for (const [name, text] of Object.entries({
    lists: "[".repeat(20_000),
    "closed lists": `a: ${"[".repeat(70)}${"]".repeat(70)}`,
    mappings: `a: ${"{ a: ".repeat(5000)}${"}".repeat(5000)}`,
    "blocks of mappings": Array.from({ length: 1200 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    "blocks of lists": "- ".repeat(5000),
    "explicit keys": "? ".repeat(5000),
  })) {
    it(`refuses ${name} nested without end, once`, () => {
      assert.deepEqual(
        refusalsOf(text).map(({ code }) => code),
        ["yaml-too-deep"],
      );
    });
  }

  it("reports a file that is no YAML in a bounded number of lines", () => {
    assert.ok(refusalsOf("}{ @\n".repeat(10_000)).length <= 100);
  });

  it("shows nothing of the text around an error: it may be a secret", () => {
    const secret = "hunter2";
    const pieces = [
      "|hunter2",
      "*hunter2",
      "&hunter2 x",
      "!hunter2 x",
      '"a" hunter2',
      "@hunter2",
      '"hunter2',
      '"\\hunter2"',
    ];
    const lines = fc.constantFrom(
      ...pieces,
      "]hunter2",
      "{hunter2",
      "[hunter2",
      "%hunter2",
      "? hunter2",
      "a: b: hunter2",
    );
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 4 }), fc.boolean(), (all, asValue) => {
        const text = all.map((line, index) => (asValue ? `  KEY${index}: ${line}` : `  ${line}`)).join("\n");
        assert.ok(!JSON.stringify(refusalsOf(`secrets:\n${text}\n`)).includes(secret));
      }),
    );
  });

  it("answers any text with a value or with refusals that have a file", () => {
    const unit = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "-",
      "{",
      "}",
      "[",
      "]",
      "'",
      '"',
      "#",
      "|",
      ">",
      "&",
      "*",
      "!",
      "?",
      ",",
      "%",
      "\t",
      "\r",
      "é",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        for (const { place } of refusalsOf(text)) assert.equal(place.file, "f.yaml");
      }),
      { numRuns: 500 },
    );
  });

  it("knows the place of a value, of its key, and of the nearest one where there is none", () => {
    const source = sourceOf("config:\n  lockstep:settings:\n    portal:\n      hosts:\n        - a\n        - b\n");
    const path = ["config", "lockstep:settings", "portal", "hosts"];
    assert.deepEqual(source.placeOf([...path, 1]), {
      file: "Pulumi.inttest.yaml",
      line: 6,
      column: 11,
      path: "lockstep:settings.portal.hosts[1]",
    });
    assert.equal(source.placeOfKey(path).line, 4);
    assert.equal(source.placeOf(["config", "lockstep:settings", "portal", "replicas"]).line, 4);
    assert.equal(source.placeOf(["config", "other", "x"]).line, 2);
  });
});
