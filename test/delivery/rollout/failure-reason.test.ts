import assert from "node:assert/strict";
import fc from "fast-check";
import { failureReason } from "../../../src/delivery/rollout/failure-reason.ts";
import type { RolloutProblem, RolloutProblemCode } from "../../../src/model/rollout.ts";

const CODES: readonly RolloutProblemCode[] = [
  ...(["image-pull", "crash-loop", "failing-readiness", "unschedulable", "quota", "admission"] as const),
  ...(["migration-failed", "smoke-failed", "deadline", "other"] as const),
];
const another: RolloutProblem = { code: "crash-loop", object: "Pod/portal-2", text: "another end", log: [] };
const crash: RolloutProblem = { code: "crash-loop", object: "Pod/portal-1", text: "\u001b[2J: rm -rf /", log: ["x"] };

describe("why a version is held", () => {
  it("is said with the kind of the problem and how many pods have it", () => {
    assert.equal(
      failureReason([{ ...crash, alike: 8 }, another]),
      "its roll-out failed: a container ends again and again (crash-loop, 10 pods)",
    );
    assert.equal(
      failureReason([crash, { ...crash, code: "deadline", object: "Deployment/portal" }]),
      "its roll-out failed: a container ends again and again (crash-loop); no progress within its deadline (deadline)",
    );
    assert.equal(failureReason([]), "its roll-out failed");
  });

  it("is short, one line, and nobody's words but ours, whatever was said", () => {
    const problem = fc.record({
      ...{ code: fc.constantFrom(...CODES), log: fc.array(fc.string()) },
      ...{ text: fc.string({ unit: "binary" }), object: fc.string({ unit: "binary" }) },
    });
    fc.assert(
      fc.property(fc.array(problem, { maxLength: 20 }), (problems) => {
        const quiet = problems.map((one) => ({ ...one, text: "", log: [] }));
        const reason = failureReason(problems);
        assert.equal(reason, failureReason(quiet));
        assert.match(reason, /^[a-z0-9 ,;:()'-]{1,200}$/);
      }),
    );
  });
});
