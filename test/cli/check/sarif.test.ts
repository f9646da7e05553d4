import assert from "node:assert/strict";
import { z } from "zod";
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

const text = z.strictObject({ text: z.string().min(1) });
/** Of the published schema (sarif-schema-2.1.0.json): what it requires, and of the rest what is used. It knows no other names. */
const schema = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          semanticVersion: z.string(),
          rules: z.array(z.strictObject({ id: z.string(), shortDescription: text, fullDescription: text, help: text })),
        }),
      }),
      columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(-1),
          level: z.enum(["none", "note", "warning", "error"]),
          message: text,
          locations: z.array(
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: z.string(), uriBaseId: z.string() }),
                region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1).optional() }),
              }),
              logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string() })).optional(),
            }),
          ),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

describe("check's SARIF", () => {
  it("has what the published schema requires, and nothing that it does not know", () => {
    const advised = { ...failed, refusals: [{ ...refusal, code: "other", place: {} }], advice: [refusal] };
    const log: unknown = JSON.parse(JSON.stringify(toSarif([passed, failed, skipped, advised], [rule], "1.2.3")));
    assert.deepEqual(schema.parse(log), log);
    const ids = schema.parse(log).runs.flatMap(({ tool }) => tool.driver.rules.map(({ id }) => id));
    assert.deepEqual(ids, [...new Set(ids)]);
  });

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
