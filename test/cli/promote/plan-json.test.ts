import assert from "node:assert/strict";
import { promotionToJson } from "../../../src/cli/promote/plan-json.ts";
import { UNPUBLISHED } from "../../../src/cli/publication.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { DAY, NOW, samplePlan, sampleVersions } from "./sample-plan.ts";

const result = {
  plan: samplePlan,
  applications: sampleVersions(),
  written: undefined,
  published: UNPUBLISHED,
  remarks: ["the cluster of prod was not asked"],
  rendered: undefined,
  nowMs: NOW,
};

describe("promotionToJson", () => {
  it("is JSON: both sides of each version, and what the plan says of it", () => {
    const json = JSON.parse(JSON.stringify(promotionToJson(result))) as Record<string, unknown>;
    assert.deepEqual(json, promotionToJson(result));
    const [first] = json["applications"] as Record<string, unknown>[];
    assert.ok(first !== undefined);
    assert.deepEqual(
      [json["from"], json["to"], json["changed"], json["written"], json["statement"], json["commit"]],
      ["preprod", "prod", true, false, null, null],
    );
    assert.deepEqual(json["remarks"], ["the cluster of prod was not asked"]);
    assert.equal(first["name"], "appointments");
    assert.deepEqual(first["ageSeconds"], { before: null, after: (12 * DAY) / 1000 });
    assert.deepEqual(first["schemaLevel"], { before: 14, after: 15 });
    assert.deepEqual(first["differences"], [{ path: "env.LOG_LEVEL", source: "warn", target: "debug" }]);
    assert.match(JSON.stringify(first["image"]), /1\.4\.2@sha256.*1\.5\.0@sha256/);
  });

  it("names the statement that was written", () => {
    const written = { digest: digestOf("statement"), folder: "statements/prod/x" };
    const json = promotionToJson({ ...result, written }) as Record<string, unknown>;
    assert.deepEqual([json["written"], json["statement"]], [true, written]);
  });

  it("says that nothing changes where there is nothing to promote", () => {
    const json = promotionToJson({ ...result, applications: [] }) as Record<string, unknown>;
    assert.deepEqual([json["changed"], json["applications"]], [false, []]);
  });

  it("says that a secret changed, and nothing of it", () => {
    const target = withText("v1:queue-ciphertext", "v1:other-ciphertext", STACK_FILE);
    const text = JSON.stringify(promotionToJson({ ...result, applications: sampleVersions(target) }));
    assert.match(text, /secrets\.QUEUE_URL","before":null,"after":null/);
    assert.doesNotMatch(text, /ciphertext/);
  });
});
