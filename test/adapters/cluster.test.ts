import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readClusterUid } from "../../src/adapters/cluster.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** Asks with a fake kubectl that runs a script, or with none on the PATH. */
async function ask(script: string | undefined): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    const path = process.env["PATH"];
    if (script !== undefined) {
      await writeFile(join(folder, "kubectl"), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, "kubectl"), 0o755);
    }
    process.env["PATH"] = folder;
    try {
      const outcome = await readClusterUid("prod-eu", {});
      return outcome.kind === "accepted" ? outcome.value : (outcome.refusals[0]?.code ?? "");
    } finally {
      process.env["PATH"] = path;
    }
  });
}

describe("readClusterUid, with a fake kubectl", () => {
  it("reads the uid of kube-system in the context that was named", async () => {
    assert.equal(await ask('test "$2" = prod-eu && echo " 4b3c "'), "4b3c");
  });

  it("says so where kubectl is not there, or the cluster does not answer", async () => {
    assert.equal(await ask(undefined), "missing-kubectl");
    assert.equal(await ask('echo "error: context was not found" >&2; exit 1'), "cluster-unreachable");
  });

  it("takes no answer for no cluster", async () => {
    assert.equal(await ask("true"), "cluster-unreachable");
  });
});
