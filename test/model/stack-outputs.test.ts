import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../src/model/digest.ts";
import { toStackOutputs } from "../../src/model/stack-outputs.ts";

const DESIRED = digestOf("desired");
const STATED = digestOf("stated");

const portal = {
  ...{ image: "r.example.com/portal:1.0.0@sha256:1", chart: "oci://r.example.com/web:1.0.0@sha256:2" },
  ...{ namespace: "ehealth-prod", previousImage: "r.example.com/portal:0.9.0@sha256:3", readyReplicas: 2, hosts: [] },
  ...{ statement: STATED, desired: DESIRED, since: "2026-11-20T10:00:00Z" },
  workloads: [{ kind: "Deployment", name: "portal" }],
};
const outputs = {
  ...{ stage: "prod", cluster: "4b3c", gated: true, trustRoot: { version: 3, digest: digestOf("root") } },
  applications: { portal },
  departed: [{ namespace: "ehealth-prod", image: "r.example.com/gone:1@sha256:4" }],
  withdrawn: { gone: digestOf("gone") },
};

describe("toStackOutputs", () => {
  it("knows the cluster and the root also where an earlier program wrote no gate down", () => {
    const { gated, ...earlier } = outputs;
    assert.ok(gated);
    const { clusterUid, root, gated: read } = toStackOutputs(earlier);
    assert.deepEqual([clusterUid, root, read], ["4b3c", outputs.trustRoot, false]);
  });

  it("reads what the program registered", () => {
    const read = toStackOutputs(outputs);
    assert.deepEqual(
      { ...read, applications: undefined, statements: undefined },
      {
        ...{ stage: "prod", clusterUid: "4b3c", gated: true, departed: outputs.departed, root: outputs.trustRoot },
        ...{ applications: undefined, statements: undefined },
      },
    );
    assert.deepEqual(read.applications.get("portal"), {
      ...{ image: portal.image, chart: portal.chart, previousImage: portal.previousImage, namespace: "ehealth-prod" },
      ...{ statement: STATED, desired: DESIRED, sinceMs: Date.parse(portal.since), workloads: portal.workloads },
    });
    assert.deepEqual([...read.statements].toSorted(), [
      ["gone", digestOf("gone")],
      ["portal", STATED],
    ]);
  });

  it("reads what earlier programs wrote, which was less", () => {
    const { image, chart } = portal;
    const read = toStackOutputs({ stage: "prod", applications: { portal: { image, chart, readyReplicas: 2 } } });
    const { desired, sinceMs, workloads, namespace } = read.applications.get("portal") ?? {};
    assert.deepEqual([desired, sinceMs, workloads, namespace], [undefined, undefined, undefined, undefined]);
    assert.equal(read.gated, false);
  });

  for (const [what, broken] of [
    ["a digest", { desired: "sha256:short" }],
    ["a time", { since: "yesterday" }],
    ["a list of workloads", { workloads: [...portal.workloads, { kind: "Job", name: "migrate" }] }],
  ] as const) {
    it(`takes what is not ${what} for not there, and leaves the rest`, () => {
      const read = toStackOutputs({ ...outputs, applications: { portal: { ...portal, ...broken } } });
      const { desired, sinceMs, workloads, image } = read.applications.get("portal") ?? {};
      assert.equal([desired, sinceMs, workloads].filter((value) => value === undefined).length, 1);
      assert.equal(image, portal.image);
    });
  }

  it("never fails: a stack must stay deployable whatever lies in its state", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (part, whole) => {
        toStackOutputs(whole);
        toStackOutputs({ ...outputs, applications: part, departed: part, withdrawn: part, trustRoot: part });
        toStackOutputs({ ...outputs, applications: { portal: part } });
      }),
    );
  });
});
