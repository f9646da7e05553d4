import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { STAGE_FILES } from "../../sandbox/components/kwok.ts";

describe("the stages that kwok plays", () => {
  it("are all listed: a file that is not would be dead", () => {
    const folder = path.dirname(STAGE_FILES[0] ?? "");
    assert.deepEqual(STAGE_FILES.map((file) => path.basename(file)).toSorted(), readdirSync(folder).toSorted());
  });

  for (const file of STAGE_FILES) {
    it(`${path.basename(file)} is well-formed`, () => {
      for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
        assert.deepEqual(document.errors, []);
        assert.match(String(document.get("kind")), /^(Stage|KwokConfiguration|ClusterLogs)$/);
      }
    });
  }
});
