import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRenderedObjects } from "../../src/adapters/rendered-objects.ts";
import { codesOf, valueOf } from "../model/trust/sample-trust.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

async function read(...lines: readonly string[]) {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, "events.jsonl");
    await writeFile(file, `${lines.join("\n")}\n`);
    return readRenderedObjects(file);
  });
}

function event(type: string, inputs: unknown): string {
  return JSON.stringify({ sequence: 1, resourcePreEvent: { metadata: { op: "create", type, new: { inputs } } } });
}

const service = { apiVersion: "v1", kind: "Service", metadata: { name: "portal", namespace: "prod" }, spec: {} };

describe("readRenderedObjects", () => {
  it("has every Kubernetes object, sorted, and nothing else", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "prod" } };
    const objects = valueOf(
      await read(
        event("kubernetes:core/v1:Service", service),
        event("lockstep:index:Application", { name: "portal" }),
        event("kubernetes:helm.sh/v4:Chart", { chart: "web-service" }),
        JSON.stringify({ sequence: 2, summaryEvent: {} }),
        event("kubernetes:core/v1:Namespace", namespace),
      ),
    );
    assert.deepEqual(objects, [
      { id: "cluster/Namespace-prod", object: namespace },
      { id: "prod/Service-portal", object: service },
    ]);
  });

  it("refuses what is cut off, and what is not there", async () => {
    assert.deepEqual(codesOf(await read(event("kubernetes:core/v1:Service", service).slice(0, 40))), [
      "unreadable-events",
    ]);
    assert.deepEqual(codesOf(await readRenderedObjects("/nowhere/events.jsonl")), ["unreadable-events"]);
  });
});
