import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { RefusalError } from "../../src/model/refusal.ts";
import { MARKER_FILE, sandboxLocation } from "../../sandbox/location.ts";
import { chooseSandbox, findSandbox, rememberPortBase } from "../../sandbox/settings.ts";

describe("the settings of a sandbox", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sandbox settings "));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are not there in a missing and in an empty folder", async () => {
    assert.equal(await findSandbox(folder), undefined);
    assert.equal(await findSandbox(path.join(folder, "missing")), undefined);
  });

  it("remember the port base", async () => {
    await rememberPortBase(sandboxLocation(folder, 31_000));
    assert.equal((await findSandbox(folder))?.portBase, 31_000);
    assert.deepEqual(await readdir(folder), [MARKER_FILE]);
  });

  it("let a flag win over memory, memory over the environment, and that over the default", async () => {
    assert.equal((await chooseSandbox(folder)).portBase, 26_400);
    assert.equal((await chooseSandbox(folder, { environment: "32000" })).portBase, 32_000);
    await rememberPortBase(sandboxLocation(folder, 31_000));
    assert.equal((await chooseSandbox(folder, { environment: "32000" })).portBase, 31_000);
    assert.equal((await chooseSandbox(folder, { environment: "32000", flag: "33000" })).portBase, 33_000);
  });

  for (const flag of ["0", "1023", "65530", "x", "-5", "26400.5", "1e4"]) {
    it(`refuse the port base ${flag} as wrong use`, async () => {
      await assertRefused(chooseSandbox(folder, { flag }), "port-base-invalid");
    });
  }

  it("refuse a folder with somebody else's files, which a reset would delete", async () => {
    await writeFile(path.join(folder, "thesis.txt"), "");
    await assertRefused(findSandbox(folder), "sandbox-folder-foreign");
    await assertRefused(chooseSandbox(folder), "sandbox-folder-foreign");
  });

  for (const text of ["", "{", "[]", '{"portBase":"26400"}', '{"portBase":80}']) {
    it(`refuse a damaged file: ${text}`, async () => {
      await writeFile(path.join(folder, MARKER_FILE), text);
      await assertRefused(findSandbox(folder), "sandbox-settings-invalid");
    });
  }

  it("refuse a file where a folder is expected", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    await assertRefused(findSandbox(file), "sandbox-folder-unreadable");
  });
});

async function assertRefused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RefusalError);
    assert.equal(error.exitCode, 2);
    assert.deepEqual(
      error.refusals.map((refusal) => refusal.code),
      [code],
    );
    return true;
  });
}
