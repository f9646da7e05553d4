import assert from "node:assert/strict";
import fc from "fast-check";
import { readUpdateRecord, RECORD_KEY, renderExecAgent } from "../../../src/adapters/engine-run/update-record.ts";

describe("the record of an update", () => {
  it("comes back from the update's environment as it was given", () => {
    const names = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
    fc.assert(
      fc.property(fc.dictionary(names, fc.string()), (record) => {
        assert.deepEqual({ ...readUpdateRecord({ [RECORD_KEY]: renderExecAgent(record) }) }, { ...record });
      }),
    );
  });

  it("is none where somebody else ran the update", () => {
    for (const agent of ["", "claude-code", "lockstep", "lockstep {", "lockstep [1]", 'lockstep {"by":1}']) {
      assert.equal(readUpdateRecord({ [RECORD_KEY]: agent }), undefined, agent);
    }
    assert.equal(readUpdateRecord({}), undefined);
  });
});
