import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeDamage, findBackups } from "../../../src/adapters/engine-run/damaged-state.ts";
import type { BackendFiles } from "../../../src/adapters/engine-run/backend-files.ts";
import { parseState } from "../../../src/adapters/engine-run/stack-state.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const WHOLE = JSON.stringify({ version: 3, checkpoint: { stack: "prod", latest: { resources: [] } } });
const EARLIER = "1795255324062210635";
const LATER = "1795259507802910987";

async function withFiles(
  files: Readonly<Record<string, string>>,
  test: (files: BackendFiles) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const place = { state: join(folder, "prod.json"), locks: join(folder, "locks"), backups: join(folder, "backups") };
    await mkdir(place.backups);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await test(place);
  });
}

describe("a damaged state", () => {
  const backups = { [`backups/prod.${EARLIER}.json`]: WHOLE, [`backups/prod.${LATER}.json`]: WHOLE };

  it("is told from one that is whole", () => {
    assert.deepEqual(parseState(WHOLE), { pending: [], unread: [] });
    for (const text of ["", "\n", WHOLE.slice(0, -9), "[]", "{}", '{"version":3}', "\0\0\0"]) {
      assert.equal(typeof parseState(text), "string", JSON.stringify(text));
    }
  });

  it("is named with the newest copies, and the copying to type", async () => {
    await withFiles(backups, async (files) => {
      const { code, action, found } = await describeDamage("prod", files, "an empty file");
      assert.equal(code, "damaged-state");
      const newest = join(files.backups, `prod.${LATER}.json`);
      assert.ok(action.includes(`cp ${newest} ${files.state}`), action);
      assert.ok(found.includes(new Date(1795259507802).toISOString()), found);
    });
  });

  it("is not replaced by a copy that is damaged as well", async () => {
    await withFiles({ ...backups, [`backups/prod.${LATER}.json`]: WHOLE.slice(0, 20) }, async (files) => {
      const paths = (await findBackups(files)).map(({ path }) => path);
      assert.deepEqual(paths, [join(files.backups, `prod.${EARLIER}.json`)]);
    });
  });

  it("is replaced by what an update ended with before the copy beside it, which may be one of the damage", async () => {
    await withFiles({ ...backups, "prod.json.bak": WHOLE }, async (files) => {
      const paths = (await findBackups(files)).map(({ path }) => path);
      const dated = [LATER, EARLIER].map((time) => join(files.backups, `prod.${time}.json`));
      assert.deepEqual(paths, [...dated, `${files.state}.bak`]);
    });
  });

  it("is replaced by the copy beside it where no other can be read, and by that only where it can be", async () => {
    const broken = { [`backups/prod.${LATER}.json`]: "" };
    await withFiles({ ...broken, "prod.json.bak": WHOLE }, async (files) => {
      assert.deepEqual(
        (await findBackups(files)).map(({ path }) => path),
        [`${files.state}.bak`],
      );
    });
    await withFiles({ ...broken, "prod.json.bak": WHOLE.slice(0, -9) }, async (files) => {
      assert.deepEqual(await findBackups(files), []);
    });
  });

  it("says so where there is no copy at all", async () => {
    await withFiles({ [`backups/prod.${LATER}.json.attrs`]: "{}" }, async (files) => {
      const { action } = await describeDamage("prod", files, "an empty file");
      assert.match(action, /no copy of it can be read/);
    });
  });
});
