import assert from "node:assert/strict";
import { AFTER_UPDATE, downMigrationJob, migrationJobName, UNDOES } from "../../src/model/migration-job.ts";
import { DIGEST, HEX, stageOf, STACK_FILE, withText } from "./sample-stage.ts";
import { parseReference, isPinned } from "../../src/model/reference.ts";
import { isDigest } from "../../src/model/digest.ts";

function downJob(text = STACK_FILE) {
  const application = stageOf(text).applications.find((one) => one.application.name === "appointments");
  const parsed = parseReference(`registry.example.com/ehealth/appointments:1.5.0@sha256:${"f".repeat(64)}`);
  assert.ok(application !== undefined && parsed.kind === "reference" && isPinned(parsed.reference));
  return downMigrationJob({
    ...{ application, image: parsed.reference, command: ["migrate", "down"], namespace: "elsewhere" },
    ...{ fromLevel: 15, toLevel: 14, undoes: "uid-5", afterUpdate: undefined },
  }) as unknown as {
    readonly metadata: { readonly name: string; readonly namespace: string; annotations: Record<string, string> };
    readonly spec: {
      readonly backoffLimit: number;
      readonly activeDeadlineSeconds: number;
      readonly template: {
        readonly spec: {
          readonly containers: readonly [{ image: string; command: string[]; env: { name: string; value?: string }[] }];
        };
      };
    };
  };
}

describe("downMigrationJob", () => {
  it("runs the way down of the image that it is given, in the namespace where that runs", () => {
    const { metadata, spec } = downJob();
    assert.equal(metadata.name, `appointments-migrate-down-${"f".repeat(10)}`);
    assert.equal(metadata.namespace, "elsewhere");
    assert.deepEqual(metadata.annotations, { [UNDOES]: "uid-5", [AFTER_UPDATE]: "" });
    const [container] = spec.template.spec.containers;
    assert.match(container.image, /:1\.5\.0@sha256:f{64}$/);
    assert.deepEqual(container.command, ["migrate", "down"]);
  });

  it("is tried once, within the migration's deadline", () => {
    const { spec } = downJob();
    assert.deepEqual([spec.backoffLimit, spec.activeDeadlineSeconds], [0, 600]);
  });

  it("is told where the database is to end, whatever the stage's environment says", () => {
    const text = withText("env: { LOG_LEVEL: debug }", "env: { LOCKSTEP_SCHEMA_TO: '3' }");
    const [{ env }] = downJob(text).spec.template.spec.containers;
    const levels = env.filter(({ name }) => name.startsWith("LOCKSTEP_"));
    assert.deepEqual(levels, [
      { name: "LOCKSTEP_SCHEMA_FROM", value: "15" },
      { name: "LOCKSTEP_SCHEMA_TO", value: "14" },
    ]);
  });
});

describe("migrationJobName", () => {
  it("tells the way up from the way down, and one image from another", () => {
    assert.ok(isDigest(DIGEST));
    assert.equal(migrationJobName("a", "up", DIGEST), `a-migrate-${HEX.slice(0, 10)}`);
    assert.notEqual(migrationJobName("a", "up", DIGEST), migrationJobName("a", "down", DIGEST));
  });
});
