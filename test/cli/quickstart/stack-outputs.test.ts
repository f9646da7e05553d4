import assert from "node:assert/strict";
import { parseStackOutputs } from "../../../src/cli/quickstart/stack-outputs.ts";

describe("parseStackOutputs", () => {
  it("reads what the engine prints for a stage", () => {
    const outputs = {
      stage: "inttest",
      applications: {
        portal: {
          image: `127.0.0.1:5000/ehealth/portal:2.3.0@sha256:${"a".repeat(64)}`,
          hosts: ["p.example.com"],
          readyReplicas: 2,
        },
        patients: { image: "what" },
      },
    };
    assert.deepEqual(parseStackOutputs(JSON.stringify(outputs)), [
      { name: "portal", version: "2.3.0", readyReplicas: 2, hosts: ["p.example.com"] },
      { name: "patients", version: "what", readyReplicas: 0, hosts: [] },
    ]);
  });

  it("finds no application in a stack without outputs", () => {
    assert.deepEqual(parseStackOutputs("{}"), []);
  });
});
