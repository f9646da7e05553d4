import assert from "node:assert/strict";
import { broughtBy, type BroughtQuestion } from "../../../src/delivery/deploy-checks/brought-by.ts";
import { stageOf, STACK_FILE } from "../../model/sample-stage.ts";
import { pinOf, update } from "../rollback/sample-history.ts";

const { applications } = stageOf(STACK_FILE);
const asIs = Object.fromEntries(applications.map(({ application: { name }, pin }) => [name, pin]));
const names = (question: Partial<BroughtQuestion>) =>
  broughtBy({ applications, history: [], purpose: "rollback", ...question }).map(({ application }) => application.name);
const all = Object.keys(asIs);

describe("what a deploy answers for", () => {
  it("is everything, but for a way back", () => {
    const history = [update(1, asIs)];
    assert.deepEqual(names({ history, purpose: "deploy" }), all);
    assert.deepEqual(names({ history, purpose: "reconcile" }), all);
  });

  it("is, of a way back, what the last update had otherwise, also one that failed", () => {
    const bad = { ...asIs, portal: pinOf("9.9.9") };
    assert.deepEqual(names({ history: [update(1, asIs)] }), []);
    assert.deepEqual(names({ history: [update(2, bad, { result: "failed" }), update(1, asIs)] }), ["portal"]);
  });

  it("is everything of a way back where nobody knows of an update", () => {
    assert.deepEqual(names({}), all);
    assert.deepEqual(names({ history: [update(1, asIs, { kind: "refresh" })] }), all);
  });
});
