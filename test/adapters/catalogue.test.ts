import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCatalogue } from "../../src/adapters/catalogue.ts";
import { codes } from "../model/sample-stage.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const GOOD = (name: string): string =>
  `export const one = { name: "${name}", chart: { name: "x", typed: false, requires: { resources: false }, customResources: [], privilegedKinds: [] }, toValues: () => ({}) };\n`;

async function load(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return inTemporaryFolder(async (folder) => {
    await mkdir(join(folder, "charts"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const catalogue = await loadCatalogue(folder);
    return catalogue.kind === "refused" ? codes(catalogue.refusals) : [...catalogue.value.keys()];
  });
}

describe("loadCatalogue", () => {
  it("loads one application from each file, by name", async () => {
    assert.deepEqual(await load({ "b.ts": GOOD("b"), "a.ts": GOOD("a"), "README.md": "no" }), ["a", "b"]);
  });

  it("refuses a project without one", async () => {
    await inTemporaryFolder(async (folder) => {
      const catalogue = await loadCatalogue(join(folder, "none"));
      assert.deepEqual(catalogue.kind === "refused" ? codes(catalogue.refusals) : [], ["no-catalogue"]);
    });
  });

  it("is empty where the folder is", async () => {
    assert.deepEqual(await load({}), []);
  });

  it("loads the project's own catalogue", async () => {
    assert.equal((await loadCatalogue()).kind, "accepted");
  });

  for (const [name, text] of Object.entries({
    "a file without an application": "export const x = 3;\n",
    "a file with two applications": GOOD("a") + GOOD("b").replace("one", "two"),
    "a file named otherwise than its application": GOOD("b"),
    "a file that does not load": "export const = ;\n",
    "a file that throws": 'throw new Error("no");\n',
  })) {
    it(`refuses ${name}`, async () => {
      assert.deepEqual(await load({ "a.ts": text }), ["invalid-catalogue"]);
    });
  }

  it("refuses a file that waits for ever, by name, after the deadline", async () => {
    await inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "a.ts"), GOOD("a"));
      await writeFile(join(folder, "waits.ts"), "await new Promise(() => undefined);\nexport {};\n");
      const catalogue = await loadCatalogue(folder, 200);
      assert.ok(catalogue.kind === "refused");
      assert.deepEqual(codes(catalogue.refusals), ["invalid-catalogue"]);
      assert.match(catalogue.refusals[0]?.place.file ?? "", /waits\.ts$/);
    });
  });

  it("refuses a file that ends the process, and lets others end it afterwards", async () => {
    const before: unknown = Reflect.get(process, "exit");
    assert.deepEqual(await load({ "a.ts": "process.exit(0);\n", "b.ts": GOOD("b") }), ["invalid-catalogue"]);
    assert.equal(Reflect.get(process, "exit"), before);
  });

  it("reports every file that is wrong", async () => {
    assert.equal((await load({ "a.ts": "export {};\n", "b.ts": "(\n", "c.ts": GOOD("c") })).length, 2);
  });
});
