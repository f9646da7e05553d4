import assert from "node:assert/strict";
import fc from "fast-check";
import { renderTable, terminalWidth, widthOf, wrap } from "../../src/cli/text-table.ts";

const text = fc.string({
  unit: fc.constantFrom("a", "bc", " ", "-", "漢", "é", "e\u0301", "👩‍🚀", "\u001b", "\t", "\u202e"),
  maxLength: 40,
});
const table = fc.integer({ min: 2, max: 4 }).chain((columns) =>
  fc.record({
    head: fc.array(text, { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(text, { minLength: columns, maxLength: columns }), { maxLength: 6 }),
  }),
);

describe("a table of text", () => {
  it("aligns its columns, without spaces at the end of a line", () => {
    const rows = [
      ["portal", "2.3.0"],
      ["a", "10.0.0\nheld"],
    ];
    assert.equal(
      renderTable({ head: ["name", "prod"], rows, width: 80 }),
      ["name    prod", "------  ------", "portal  2.3.0", "a       10.0.0", "        held"].join("\n"),
    );
  });

  it("goes on in the next line where a cell is too wide, and loses nothing", () => {
    const found = renderTable({ head: ["name", "prod"], rows: [["portal", "waiting for approvals"]], width: 20 });
    assert.equal(
      found,
      ["name    prod", "------  ------------", "portal  waiting for", "        approvals"].join("\n"),
    );
  });

  it("breaks a word that is wider than the column", () => {
    assert.deepEqual(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
  });

  it("breaks no word where every word has room, whichever column gives", () => {
    const rows = [["appointments", "waiting for approvals", "waiting for approvals"]];
    const found = renderTable({ head: ["name", "preprod", "prod"], rows, width: 36 });
    assert.match(found, /^appointments {2}waiting/m);
    for (const line of found.split("\n")) assert.ok(line.length <= 36, line);
  });

  it("counts signs that take two columns", () => {
    const [, , first, second] = renderTable({
      head: ["a", "b"],
      rows: [
        ["漢字", "x"],
        ["ab", "y"],
      ],
      width: 40,
    }).split("\n");
    assert.equal(widthOf((first ?? "").split("x")[0] ?? ""), widthOf((second ?? "").split("y")[0] ?? ""));
  });

  it("lets nothing steer the terminal", () => {
    const found = renderTable({ head: ["a", "b"], rows: [["\u001b[31mred", "\u202eabc\r"]], width: 80 });
    assert.doesNotMatch(found, /[[\p{Cc}\p{Cf}]--[\n]]/v);
  });

  it("is never wider than it may be, whatever stands in it", () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 20, max: 200 }), (one, width) => {
        for (const line of renderTable({ ...one, width }).split("\n")) assert.ok(widthOf(line) <= width, line);
      }),
    );
  });

  it("keeps every sign but spaces", () => {
    const plain = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "漢"), maxLength: 30 }), {
      minLength: 2,
      maxLength: 2,
    });
    const signs = (value: string) => Array.from(value.replaceAll(/[ \n]/g, "")).toSorted().join("");
    fc.assert(
      fc.property(plain, fc.integer({ min: 20, max: 60 }), (row, width) => {
        const [, , ...lines] = renderTable({ head: ["", ""], rows: [row], width }).split("\n");
        assert.equal(signs(lines.join("")), signs(row.join("")));
      }),
    );
  });
});

describe("the width of the terminal", () => {
  it("is what the terminal says, 80 where there is none, and never next to nothing", () => {
    assert.deepEqual([terminalWidth(132), terminalWidth(0), terminalWidth(3)], [132, 80, 20]);
  });
});
