import assert from "node:assert/strict";
import fc from "fast-check";
import { markdownText, renderMarkdownTable } from "../../src/cli/markdown-table.ts";

describe("a markdown table", () => {
  it("has a line for each row, and another line in a cell where its text has one", () => {
    assert.equal(
      renderMarkdownTable(["name", "prod"], [["portal", "2.3.0\nheld"]]),
      ["| name | prod |", "| --- | --- |", "| portal | 2.3.0<br>held |"].join("\n"),
    );
  });

  it("takes text as text: no pipe, no mark-up, no link, nobody mentioned", () => {
    assert.equal(markdownText("a|b"), "a&#124;b");
    assert.equal(markdownText("LOG_LEVEL"), "LOG&#95;LEVEL");
    assert.doesNotMatch(markdownText("[x](y) <b> `c` *d* ~e~ @ada #1 \\"), /[[\]<>`*~@\\]/);
  });

  it("keeps its rows and columns whatever stands in them", () => {
    const row = fc.array(
      fc.string({ unit: fc.constantFrom("a", "|", "\\", "\n", "\r", "\t", "`", "<", "漢"), maxLength: 12 }),
      { minLength: 2, maxLength: 2 },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const lines = renderMarkdownTable(["a", "b"], rows).split(/\r\n|[\n\r]/);
        assert.equal(lines.length, rows.length + 2);
        for (const line of lines) assert.equal(line.split("|").length, 4, line);
      }),
    );
  });
});
