import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCluster, type ClusterFacts } from "../../src/adapters/cluster.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** Asks with a fake kubectl that runs a script, or with none on the PATH. */
async function ask(script: string | undefined): Promise<Outcome<ClusterFacts>> {
  return inTemporaryFolder(async (folder) => {
    const path = process.env["PATH"];
    if (script !== undefined) {
      await writeFile(join(folder, "kubectl"), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, "kubectl"), 0o755);
    }
    process.env["PATH"] = folder;
    try {
      return await readCluster("prod-eu", ["ehealth-prod"], {});
    } finally {
      process.env["PATH"] = path;
    }
  });
}

async function codeOf(script: string | undefined): Promise<string | undefined> {
  const outcome = await ask(script);
  return outcome.kind === "refused" ? outcome.refusals[0]?.code : undefined;
}

const system = { metadata: { name: "kube-system", uid: "4b3c" } };
const own = { metadata: { name: "ehealth-prod", uid: "5b3c", labels: { team: "ehealth" } } };

describe("readCluster, with a fake kubectl", () => {
  it("reads the uid and the namespaces in the context that was named", async () => {
    const outcome = await ask(`test "$2" = prod-eu && echo '${JSON.stringify({ items: [system, own] })}'`);
    assert.ok(outcome.kind === "accepted");
    assert.equal(outcome.value.uid, "4b3c");
    assert.deepEqual([...outcome.value.namespaces], [["ehealth-prod", { team: "ehealth" }]]);
  });

  it("reads a cluster that has none of the namespaces, where kubectl answers with one object", async () => {
    const outcome = await ask(`echo '${JSON.stringify(system)}'`);
    assert.equal(outcome.kind === "accepted" && outcome.value.namespaces.size, 0);
  });

  it("says so where kubectl is not there, or the cluster does not answer", async () => {
    assert.equal(await codeOf(undefined), "missing-kubectl");
    assert.equal(await codeOf('echo "error: context was not found" >&2; exit 1'), "cluster-unreachable");
  });

  for (const answer of ["", "{}", JSON.stringify({ items: [] }), JSON.stringify(own), "no JSON"]) {
    it(`takes ${JSON.stringify(answer)} for no cluster`, async () => {
      assert.equal(await codeOf(`echo '${answer}'`), "cluster-unreachable");
    });
  }
});
