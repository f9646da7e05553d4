import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OwnNamespace } from "../src/delivery/cluster.ts";
import { refuseStrangeCluster } from "../src/stage-cluster-check.ts";
import { withFake } from "./adapters/fake-program.ts";
import { inttest } from "./model/sample-stage.ts";

const UID = "4b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const OTHER = "5b3c1c9e-0d52-4a2e-9d54-0a4f4f3f0b11";
const ACCESS = { context: "prod", place: {} };
const outputsOf = (cluster: string) => ({ stage: "inttest", cluster, gated: false, applications: {}, departed: [] });

/** @param before what the stack's outputs say */
async function codes(
  now: string,
  before: object,
  definition = inttest,
  own: readonly OwnNamespace[] = [],
  ...others: readonly object[]
): Promise<readonly string[]> {
  const namespace = JSON.stringify({ items: [{ metadata: { name: "kube-system", uid: now } }, ...others] });
  return withFake("kubectl", `echo '${namespace}'`, async () => {
    const pulumi = join(process.env["PATH"] ?? "", "pulumi");
    await writeFile(pulumi, `#!/bin/sh\necho '${JSON.stringify(before)}'\n`);
    await chmod(pulumi, 0o755);
    const against = await refuseStrangeCluster({ stage: { name: definition.name }, definition }, ACCESS, own);
    return against.map(({ code }) => code);
  });
}

describe("the cluster that a verb asks before it deploys", () => {
  it("is the one that the stage was deployed to, or any where it was never deployed", async () => {
    assert.deepEqual(await codes(UID, outputsOf(UID)), []);
    assert.deepEqual(await codes(UID, {}), []);
  });

  it("is no other one behind a context of the same name", async () => {
    assert.deepEqual(await codes(OTHER, outputsOf(UID)), ["other-cluster"]);
    assert.deepEqual(await codes(OTHER, {}, { ...inttest, clusterUid: UID }), ["other-cluster"]);
  });

  it("has the namespaces that it is asked in for the stage's own", async () => {
    const labels = { "lockstep.dev/project": "lockstep", "lockstep.dev/stage": "inttest" };
    const own = [{ name: "ehealth", create: true, labels }];
    const there = (found: object) => ({ metadata: { name: "ehealth", uid: OTHER, labels: found } });
    assert.deepEqual(await codes(UID, {}, inttest, own), []);
    assert.deepEqual(await codes(UID, {}, inttest, own, there(labels)), []);
    assert.deepEqual(await codes(UID, {}, inttest, own, there({})), ["foreign-namespace"]);
    const others = there({ ...labels, "lockstep.dev/stage": "prod" });
    assert.deepEqual(await codes(UID, {}, inttest, own, others), ["foreign-namespace"]);
  });

  it("is not taken for the right one where it does not answer", async () => {
    const against = await withFake("kubectl", "exit 1", () =>
      refuseStrangeCluster({ stage: { name: inttest.name }, definition: inttest }, ACCESS),
    );
    assert.deepEqual(against.map(({ code }) => code).toSorted(), ["cluster-unreachable", "missing-pulumi"]);
  });
});
