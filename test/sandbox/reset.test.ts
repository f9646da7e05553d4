import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { downSandbox } from "../../sandbox/down.ts";
import { pathExists } from "../../sandbox/files.ts";
import { MARKER_FILE, processFile, sandboxLocation, type SandboxLocation } from "../../sandbox/location.ts";
import { resetSandbox } from "../../sandbox/reset.ts";
import { rememberPortBase } from "../../sandbox/settings.ts";
import { refuseBrokenSandbox, sandboxStatus } from "../../sandbox/status.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import { freePortBase } from "./free-port-base.ts";

describe("a sandbox's folder", () => {
  let room: string;
  let location: SandboxLocation;
  beforeEach(async () => {
    room = await realpath(await mkdtemp(path.join(tmpdir(), "reset-")));
    location = sandboxLocation(path.join(room, "sandbox"), await freePortBase());
    await mkdir(path.join(location.folder, "run"), { recursive: true });
    await mkdir(location.trust);
    await writeFile(location.kubeconfig, "");
    await writeFile(path.join(location.trust, "image-keys.yaml"), "");
    await rememberPortBase(location);
  });
  afterEach(() => rm(room, { recursive: true, force: true }));

  it("is gone after a reset", async () => {
    assert.deepEqual(await resetSandbox(location), { unknown: [], kept: [] });
    assert.deepEqual(await readdir(room), []);
  });

  it("stays with what somebody else put there, which is named", async () => {
    await writeFile(path.join(location.folder, "thesis.txt"), "");
    await mkdir(path.join(location.folder, "photos"));
    assert.deepEqual((await resetSandbox(location)).kept, ["photos", "thesis.txt"]);
    assert.deepEqual((await readdir(location.folder)).toSorted(), ["photos", "thesis.txt"]);
  });

  it("is left whole where it was named through a link", async () => {
    const link = path.join(room, "link");
    await symlink(location.folder, link);
    const before = await readdir(location.folder, { recursive: true });
    await assert.rejects(resetSandbox(sandboxLocation(link, location.portBase)), (error) => {
      assert.ok(error instanceof RefusalError);
      assert.deepEqual(
        error.refusals.map(({ code, place }) => [code, place.file]),
        [["sandbox-folder-link", link]],
      );
      return true;
    });
    assert.deepEqual(await readdir(location.folder, { recursive: true }), before);
  });

  describe("with a damaged process file", () => {
    let damaged: string;
    beforeEach(async () => {
      damaged = processFile(location, "kwok");
      await writeFile(damaged, "{");
    });

    it("is broken, and its status names the file", async () => {
      const status = await sandboxStatus(location);
      assert.equal(status.state, "broken");
      const refusals = await refuseBrokenSandbox(location, status);
      assert.deepEqual(
        refusals.map(({ code, place }) => [code, place.file]),
        [["process-file-damaged", damaged]],
      );
    });

    it("can be stopped, which forgets the process and says so", async () => {
      const unknown = await downSandbox(location);
      assert.deepEqual(
        unknown.map(({ code, place }) => [code, place.file]),
        [["process-file-damaged", damaged]],
      );
      assert.equal(await pathExists(damaged), false);
      assert.equal((await sandboxStatus(location)).state, "down");
      assert.ok(await pathExists(path.join(location.folder, MARKER_FILE)));
    });

    it("can be reset, which says so too", async () => {
      assert.equal((await resetSandbox(location)).unknown.length, 1);
      assert.deepEqual(await readdir(room), []);
    });
  });
});
