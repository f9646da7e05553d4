import assert from "node:assert/strict";
import { toSarif } from "../../../src/cli/check/sarif.ts";
import { failed, passed, refusal, skipped, STEERING } from "./results.ts";

const rule = { id: "image-known", title: "Known images", why: "Strangers.", fix: "Pin it." };

function resultOf(change: Partial<typeof refusal>) {
  const log = toSarif([{ ...failed, refusals: [{ ...refusal, ...change }] }], [rule], "1.2.3");
  const [run] = log.runs;
  const [result] = run?.results ?? [];
  assert.ok(run !== undefined && result !== undefined);
  return { run, result, location: result.locations?.[0]?.physicalLocation };
}

describe("check's SARIF", () => {
  it("has no result where nothing was found, and the rules all the same", () => {
    const [run] = toSarif([passed, skipped], [rule], "1.2.3").runs;
    assert.deepEqual(run?.results, []);
    assert.deepEqual(
      run.tool.driver.rules?.map(({ id, shortDescription, fullDescription }) => [
        id,
        shortDescription?.text,
        fullDescription?.text,
      ]),
      [["image-known", "Known images", "Strangers."]],
    );
  });

  it("points at file, line and column", () => {
    const { result, location, run } = resultOf({});
    assert.equal(location?.artifactLocation?.uri, "Pulumi.prod.yaml");
    assert.deepEqual(location.region, { startLine: 14, startColumn: 7 });
    assert.equal(result.level, "error");
    assert.equal(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id, result.ruleId);
  });

  it("points at the stage's file where a finding stands in none of the project", () => {
    for (const file of ["/etc/passwd", "../other/file"]) {
      const { location } = resultOf({ place: { file, line: 3 } });
      assert.deepEqual(location?.artifactLocation?.uri, "Pulumi.prod.yaml");
      assert.deepEqual(location.region, { startLine: 1 });
    }
  });

  it("describes codes that are no rule of the pack", () => {
    const { run, result } = resultOf({ code: "statement-edited" });
    assert.equal(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id, "statement-edited");
  });

  it("keeps advice apart, as notes", () => {
    const [run] = toSarif([{ ...passed, stage: "prod", advice: [refusal] }], [rule], "1.2.3").runs;
    assert.deepEqual(
      run?.results?.map(({ level }) => level),
      ["note"],
    );
  });

  it("hides nothing, and steers no terminal", () => {
    assert.doesNotMatch(resultOf({}).result.message.text ?? "", STEERING);
  });

  it("gives the same finding the same fingerprint in every run", () => {
    assert.deepEqual(resultOf({}).result.partialFingerprints, resultOf({}).result.partialFingerprints);
    assert.notDeepEqual(resultOf({}).result.partialFingerprints, resultOf({ found: "b" }).result.partialFingerprints);
  });
});
