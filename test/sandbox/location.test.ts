import assert from "node:assert/strict";
import path from "node:path";
import {
  componentKubeconfig,
  dataFolder,
  DEFAULT_PORT_BASE,
  isOwnName,
  LOCK_FOLDER,
  logFile,
  MARKER_FILE,
  processFile,
  sandboxLocation,
} from "../../sandbox/location.ts";

describe("sandboxLocation", () => {
  it("puts the registry at the base and everything else after it, without overlap", () => {
    const { ports, registry } = sandboxLocation("/somewhere", 30_000);
    assert.equal(registry, "127.0.0.1:30000");
    assert.deepEqual(
      Object.values(ports),
      Array.from({ length: 7 }, (_, index) => 30_000 + index),
    );
  });

  it("keeps everything it names inside its folder", () => {
    const { folder, kubeconfig, environmentFile, pki, trust, store, pulumiState, pulumiHome, passphraseFile } =
      sandboxLocation("some/folder");
    assert.ok(path.isAbsolute(folder));
    for (const file of [kubeconfig, environmentFile, pki, trust, store, pulumiState, pulumiHome, passphraseFile])
      assert.equal(path.relative(folder, file).split(path.sep)[0], path.basename(file));
  });

  it("counts everything it names as its own, and nothing else", () => {
    const location = sandboxLocation("/somewhere");
    const { kubeconfig, environmentFile, pki, trust, store, pulumiState, pulumiHome, passphraseFile, compileCache } =
      location;
    const folders = [dataFolder, logFile, processFile, componentKubeconfig].map((place) => place(location, "etcd"));
    const files = [
      kubeconfig,
      environmentFile,
      pki,
      trust,
      store,
      pulumiState,
      pulumiHome,
      passphraseFile,
      compileCache,
    ];
    for (const file of [...files, ...folders]) {
      const [name = ""] = path.relative(location.folder, file).split(path.sep);
      assert.ok(isOwnName(name), name);
    }
    for (const name of [MARKER_FILE, LOCK_FOLDER, "pki.draft", "env.2904120", "layouts-aB3xYz"])
      assert.ok(isOwnName(name), name);
    for (const name of ["notes.txt", "env.bak", "data2", ".DS_Store", "layouts", "envs"])
      assert.ok(!isOwnName(name), name);
  });

  it("has the base that the committed pins name when nobody says otherwise", () => {
    assert.equal(sandboxLocation("/somewhere").portBase, DEFAULT_PORT_BASE);
    assert.equal(DEFAULT_PORT_BASE, 26_400);
  });
});
