import assert from "node:assert/strict";
import { output, type Output } from "@pulumi/pulumi";
import { workloads } from "../../src/components/workloads.ts";

function valueOf<T>(result: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    result.apply(resolve);
  });
}

const object = (kind: string, name: string, apiVersion = "apps/v1") => ({
  apiVersion: output(apiVersion),
  kind: output(kind),
  metadata: output({ name }),
});

describe("workloads", () => {
  it("names those among a chart's objects, in an order that does not depend on the chart's", async () => {
    const objects = [object("StatefulSet", "db"), object("Deployment", "web"), object("DaemonSet", "log")];
    const names = [
      { kind: "DaemonSet", name: "log" },
      { kind: "Deployment", name: "web" },
      { kind: "StatefulSet", name: "db" },
    ];
    assert.deepEqual(await valueOf(workloads(objects)), names);
    assert.deepEqual(await valueOf(workloads(objects.toReversed())), names);
  });

  it("leaves out objects of other kinds, of another group too", async () => {
    const others = [object("Service", "web", "v1"), object("Job", "once", "batch/v1"), {}];
    assert.deepEqual(await valueOf(workloads([...others, object("Deployment", "web", "apps.example.com/v1")])), []);
  });
});
