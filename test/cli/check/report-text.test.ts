import assert from "node:assert/strict";
import { exitCodeOf } from "../../../src/cli/check/check-result.ts";
import { renderReport } from "../../../src/cli/check/report-text.ts";
import { withoutProject } from "../../../src/cli/check/run-check.ts";
import { failed, passed, refusal, skipped, STEERING } from "./results.ts";

describe("check's report", () => {
  it("groups by stage, and says place, found, expected and what to try", () => {
    const text = renderReport([passed, skipped, failed]);
    assert.deepEqual(text.match(/^\S.*$/gm), ["project", "prod", "1 violation; 1 of 3 checks could not be made"]);
    for (const part of ["Pulumi.prod.yaml:14:7", "found ", "expected ", "try "]) assert.ok(text.includes(part), part);
  });

  it("steers no terminal", () => {
    assert.doesNotMatch(renderReport([failed]), STEERING);
  });

  it("keeps advice apart from violations", () => {
    assert.match(renderReport([{ ...passed, advice: [refusal] }]), /advice, which stops nothing[\s\S]*nothing found$/);
  });

  it("exits with 0 for nothing, 1 for violations, 2 for files that cannot be read", () => {
    assert.equal(exitCodeOf([passed, skipped]), 0);
    assert.equal(exitCodeOf([passed, failed]), 1);
    assert.equal(exitCodeOf([failed, { ...failed, check: "files" }]), 2);
  });
});

describe("check --project", () => {
  it("goes on without the option, in both its spellings", () => {
    const rest = ["check", "prod", "--json"];
    assert.deepEqual(withoutProject(["check", "--project", "/p", "prod", "--json"]), rest);
    assert.deepEqual(withoutProject(["check", "prod", "--project=/p", "--json"]), rest);
    assert.deepEqual(withoutProject(rest), rest);
  });
});
