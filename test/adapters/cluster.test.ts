import assert from "node:assert/strict";
import { readCluster, type ClusterFacts } from "../../src/adapters/cluster.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { withFake } from "./fake-program.ts";

async function ask(script: string | undefined): Promise<Outcome<ClusterFacts>> {
  return withFake("kubectl", script, () => readCluster("prod-eu", ["ehealth-prod"], {}));
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

  it("names a command that can be typed, whatever the context is called", async () => {
    const name = "it's ours; rm -rf ~";
    const outcome = await withFake("kubectl", "exit 1", () => readCluster(name, [], {}));
    const [refusal] = outcome.kind === "refused" ? outcome.refusals : [];
    assert.ok(refusal?.action.includes(String.raw`kubectl --context 'it'\''s ours; rm -rf ~' get namespaces`));
  });

  it("tells a cluster that answers no from one that does not answer", async () => {
    const login = "error: You must be logged in to the server (Unauthorized)";
    assert.equal(await codeOf(`echo '${login}' >&2; exit 1`), "cluster-denied");
  });

  for (const answer of ["", "{}", JSON.stringify({ items: [] }), JSON.stringify(own), "no JSON"]) {
    it(`takes ${JSON.stringify(answer)} for no cluster`, async () => {
      assert.equal(await codeOf(`echo '${answer}'`), "cluster-unreachable");
    });
  }
});
