import assert from "node:assert/strict";
import path from "node:path";
import { DEFAULT_PORT_BASE, sandboxLocation } from "../../sandbox/location.ts";

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

  it("has the base that the committed pins name when nobody says otherwise", () => {
    assert.equal(sandboxLocation("/somewhere").portBase, DEFAULT_PORT_BASE);
    assert.equal(DEFAULT_PORT_BASE, 26_400);
  });
});
