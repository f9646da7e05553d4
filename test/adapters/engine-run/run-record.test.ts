import assert from "node:assert/strict";
import { RunRecord } from "../../../src/adapters/engine-run/run-record.ts";

const urn = "urn:pulumi:inttest::lockstep::kubernetes:apps/v1:Deployment::portal";

function recordOf(...events: readonly Readonly<Record<string, unknown>>[]): RunRecord {
  const record = new RunRecord();
  for (const [sequence, event] of events.entries()) record.add({ sequence, timestamp: 0, ...event });
  return record;
}

describe("what a run of the engine said", () => {
  it("is its changes, its policies' words and its diagnostics", () => {
    const policy = { policyName: "p", policyPackName: "lockstep", enforcementLevel: "mandatory", message: "no" };
    const record = recordOf(
      { resourcePreEvent: { metadata: { op: "create", urn, type: "kubernetes:apps/v1:Deployment" } } },
      { policyEvent: { ...policy, resourceUrn: urn } },
      { diagnosticEvent: { urn, severity: "error", message: "<{%fg 1%}>it is broken<{%reset%}>\n" } },
    );
    assert.equal(record.problem, undefined);
    assert.deepEqual(
      record.changes.map(({ operation }) => operation),
      ["create"],
    );
    assert.deepEqual(
      record.events.map(({ kind }) => kind),
      ["resource", "policy", "error"],
    );
    assert.deepEqual(record.diagnostics, [{ urn, severity: "error", message: "it is broken" }]);
  });

  it("leaves out what is only shown while something is waited for", () => {
    const event = { urn, severity: "info#err", message: "[1/2] waiting for pods", ephemeral: true };
    assert.deepEqual(recordOf({ diagnosticEvent: event }).diagnostics, []);
    assert.equal(recordOf({ diagnosticEvent: { ...event, ephemeral: false } }).diagnostics[0]?.severity, "info");
  });

  it("is no proof where one event cannot be read", () => {
    const record = recordOf({ summaryEvent: { isPreview: "perhaps" } });
    assert.match(record.problem ?? "", /summaryEvent/);
  });
});
