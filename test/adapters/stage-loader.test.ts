import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadStackFile, loadStage, readUnverifiedStages } from "../../src/adapters/stage-loader.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { codes } from "../model/sample-stage.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

function codesOf(outcome: Outcome<unknown>): string[] {
  return outcome.kind === "refused" ? codes(outcome.refusals) : [];
}

const PLATFORM = { project: "lockstep" };

describe("loadStage", () => {
  it("loads every stage of this project, from the files alone", async () => {
    for (const stage of ["inttest", "extest", "preprod", "prod"]) {
      assert.deepEqual(codesOf(await loadStage({ ...PLATFORM, stage })), []);
    }
  });

  it("loads a stage whatever the working directory", async () => {
    const before = process.cwd();
    process.chdir("/");
    try {
      assert.deepEqual(codesOf(await loadStage({ ...PLATFORM, stage: "inttest" })), []);
    } finally {
      process.chdir(before);
    }
  });

  it("refuses a stage that is not described, and that has no file, both at once", async () => {
    assert.deepEqual(codesOf(await loadStage({ ...PLATFORM, stage: "intest" })), ["missing-file", "unknown-stage"]);
  });

  it("refuses values in a gated stage that its file does not have", async () => {
    const given = { "lockstep:settings": JSON.stringify({ portal: { replicas: 3 } }) };
    const codes = codesOf(await loadStage({ ...PLATFORM, stage: "prod", given }));
    assert.deepEqual([...new Set(codes)], ["configuration-differs"]);
  });

  it("takes such values in a stage without a gate, and tells of them", async () => {
    const given = { "lockstep:settings": JSON.stringify({ portal: { enabled: false } }) };
    const loaded = await loadStage({ ...PLATFORM, stage: "inttest", given });
    assert.ok(loaded.kind === "accepted");
    assert.ok((loaded.value.engineConfig?.differences ?? []).length > 0);
    assert.equal(loaded.value.stage.applications.length, 0);
  });

  it("shows no secret that the engine hands over where the file has none", async () => {
    const given = {
      "lockstep:settings": JSON.stringify({
        portal: { secrets: { X: "hunter2" }, env: { Y: ["hunter2"] }, values: "hunter2" },
      }),
      "lockstep:pins": JSON.stringify({ portal: ["hunter2"] }),
    };
    const loaded = await loadStage({ ...PLATFORM, stage: "inttest", given });
    assert.ok(loaded.kind === "refused");
    assert.ok(
      !JSON.stringify(loaded.refusals.filter(({ place }) => place.path?.endsWith("values") !== true)).includes(
        "hunter2",
      ),
    );
  });
});

describe("readUnverifiedStages and loadStackFile", () => {
  it("read from the folder that they are told", async () => {
    await inTemporaryFolder(async (folder) => {
      const text = "stages: { one: { from: registry }, two: { from: [one], gate: { promoters: [managers] } } }\n";
      await writeFile(join(folder, "stages.yaml"), text);
      await writeFile(join(folder, "Pulumi.one.yaml"), "config: {}\n");
      const stages = await readUnverifiedStages(join(folder, "stages.yaml"));
      assert.ok(stages.kind === "accepted");
      assert.equal(stages.value.get("one")?.gated, false);
      assert.equal(stages.value.get("two")?.gated, true);
      assert.deepEqual(codesOf(await loadStackFile("one", folder)), []);
      assert.deepEqual(codesOf(await loadStackFile("two", folder)), ["missing-file"]);
    });
  });
});
