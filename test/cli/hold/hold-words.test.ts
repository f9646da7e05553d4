import assert from "node:assert/strict";
import { readHoldWords, type HoldWords } from "../../../src/cli/hold/hold-words.ts";
import { codes } from "../../model/sample-stage.ts";

const NOW = Date.parse("2026-11-20T10:00:00.789Z");

function read(words: Partial<HoldWords>) {
  return readHoldWords({ reason: "broken", ...words }, NOW);
}

describe("readHoldWords", () => {
  it("takes a reason alone: it is held until somebody resumes", () => {
    assert.deepEqual(read({ reason: " broken " }), { kind: "accepted", value: { reason: "broken", until: undefined } });
  });

  it("counts a length of time from now, in whole seconds", () => {
    assert.deepEqual(read({ for: "3d" }), {
      kind: "accepted",
      value: { reason: "broken", until: "2026-11-23T10:00:00Z" },
    });
  });

  it("takes a time as it is written", () => {
    const until = "2026-11-20T12:00:00+01:00";
    assert.deepEqual(read({ until }), { kind: "accepted", value: { reason: "broken", until } });
  });

  for (const [what, [words, expected]] of Object.entries({
    "no reason": [{ reason: "  " }, ["no-reason"]],
    "a reason of two lines": [{ reason: "a\nb" }, ["no-reason"]],
    "a reason that YAML would not take": [{ reason: "a\u2028b" }, ["no-reason"]],
    "a time that is past": [{ until: "2026-11-20T09:59:59Z" }, ["ended-already"]],
    "a time that is now in another zone": [{ until: "2026-11-20T12:00:00+02:00" }, ["ended-already"]],
    "a day without a time": [{ until: "2026-11-21" }, ["invalid-time"]],
    "a length that is none": [{ for: "three days" }, ["invalid-time"]],
    "both ends": [{ for: "3d", until: "2026-11-21T00:00:00Z" }, ["two-ends"]],
    "no reason and a past time": [{ reason: "", until: "2026-11-20T09:59:59Z" }, ["ended-already", "no-reason"]],
  } as const)) {
    it(`refuses ${what}`, () => {
      const outcome = read(words);
      assert.deepEqual(outcome.kind === "refused" ? codes(outcome.refusals) : [], expected);
    });
  }
});
