import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { linkProgram } from "../../sandbox/program-link.ts";

describe("linkProgram", () => {
  let folder: string;
  let program: string;
  let link: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "program-link-")));
    program = path.join(folder, "program");
    link = path.join(folder, "plugins", "link");
    await writeFile(program, "the program");
    await mkdir(path.dirname(link));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function assertLinked(): Promise<void> {
    assert.equal(await realpath(link), program);
    assert.deepEqual(await readdir(path.dirname(link)), ["link"]);
  }

  it("leads to the program, any number of times", async () => {
    await linkProgram(link, program);
    await linkProgram(link, program);
    await assertLinked();
  });

  it("never leads to itself, where the program was found through it", async () => {
    await linkProgram(link, program);
    await linkProgram(link, link);
    await assertLinked();
  });

  for (const [what, target] of [
    ["leads to itself", "link"],
    ["leads nowhere", "missing"],
    ["leads elsewhere", "../other"],
  ] as const) {
    it(`is repaired where it ${what}`, async () => {
      await writeFile(path.join(folder, "other"), "");
      await symlink(target, link);
      await linkProgram(link, program);
      await assertLinked();
    });
  }

  it("gets over what an interrupted run left", async () => {
    await symlink("anything", `${link}.draft`);
    await linkProgram(link, program);
    await assertLinked();
  });

  it("leaves a program alone that lies in its place", async () => {
    await writeFile(link, "installed by the engine");
    await linkProgram(link, link);
    assert.equal(await readFile(link, "utf8"), "installed by the engine");
  });
});
