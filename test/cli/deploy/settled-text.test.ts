import assert from "node:assert/strict";
import { settledLines } from "../../../src/cli/deploy/settled-text.ts";

const URN = "urn:pulumi:prod::lockstep::kubernetes:apps/v1:Deployment::portal:ehealth-prod/portal";

describe("what a killed run had left", () => {
  it("is told in words, by object and by what was begun", () => {
    const outcomes = ["taken-over", "cleared", "looked-at"] as const;
    const lines = settledLines(outcomes.map((outcome) => ({ urn: URN, operation: "updating", outcome })));
    assert.equal(new Set(lines).size, outcomes.length);
    for (const line of lines) {
      assert.match(line, /^ {2}portal:ehealth-prod\/portal \(updating\): \w+ .* \w+/);
      assert.doesNotMatch(line, /taken-over|cleared|looked-at/);
    }
  });
});
