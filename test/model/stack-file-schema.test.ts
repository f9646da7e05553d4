import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/adapters/project.ts";
import { renderStackFileSchema } from "../../src/model/stack-file-schema.ts";

describe("renderStackFileSchema", () => {
  it("gives what is committed (npm run schema)", async () => {
    assert.equal(await readFile(join(projectRoot, "schemas", "stack-file.json"), "utf8"), renderStackFileSchema());
  });
});
