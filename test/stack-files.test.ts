import assert from "node:assert/strict";
import { referenceOf, sampleArtefacts } from "../sandbox/samples/artefacts.ts";
import { DEFAULT_PORT_BASE } from "../sandbox/location.ts";
import { loadCatalogue } from "../src/adapters/catalogue.ts";
import { projectRoot } from "../src/adapters/project.ts";
import { loadStackFile, readUnverifiedStages } from "../src/adapters/stage-loader.ts";
import { join } from "node:path";
import { renderReference } from "../src/model/reference.ts";
import { renderRefusals, type Outcome } from "../src/model/refusal.ts";
import { toPinStep } from "../src/delivery/pin-step.ts";
import { parseStackFile, type StackFile } from "../src/model/stack-file.ts";
import { refuseStage } from "../src/model/stage-refusals.ts";
import { editYaml, type YamlChange } from "../src/model/yaml-edit.ts";
import { parseYamlSource } from "../src/model/yaml-source.ts";

function valueOf<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.kind === "accepted", outcome.kind === "refused" ? renderRefusals(outcome.refusals) : "");
  return outcome.value;
}

function known<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

/** @param changes laid into the file first */
async function stackFileOf(stage: string, changes: readonly YamlChange[] = []): Promise<StackFile> {
  const committed = valueOf(await loadStackFile(stage));
  const source = valueOf(parseYamlSource(committed.file, editYaml(committed, changes)));
  const { stackFile, refusals } = parseStackFile(source);
  const catalogue = valueOf(await loadCatalogue());
  const definition = valueOf(await readUnverifiedStages(join(projectRoot, "trust", "stages.yaml"))).get(stage);
  assert.ok(definition !== undefined);
  const request = { project: "lockstep", stage, catalogue, stackFile };
  const all = [...refusals, ...refuseStage({ ...request, definition, positions: source })];
  assert.equal(renderRefusals(all), "");
  return stackFile;
}

describe("the committed stack files", () => {
  for (const stage of ["extest", "preprod", "prod"]) {
    it(`have what a promotion needs and no versions yet: ${stage}`, async () => {
      const { pins, settings } = await stackFileOf("inttest");
      const empty = await stackFileOf(stage);
      assert.equal(empty.pins.size, 0);
      const catalogue = valueOf(await loadCatalogue());
      const steps = [...pins]
        .filter(([name]) => settings.get(name)?.enabled !== false)
        .map(([name, after]) => toPinStep({ application: known(catalogue.get(name)), stackFile: empty, after }));
      const filled = await stackFileOf(
        stage,
        steps.flatMap(({ changes }) => changes),
      );
      assert.deepEqual([...filled.pins.keys()], ["appointments", "patients", "portal"]);
    });
  }

  it("pin sample versions by their digests in inttest, in the sandbox's registry at its default address", async () => {
    const { pins } = await stackFileOf("inttest");
    const registry = `127.0.0.1:${DEFAULT_PORT_BASE}`;
    const published = new Set(
      (await sampleArtefacts()).map((artefact) => renderReference(referenceOf(registry, artefact))),
    );
    assert.ok(pins.size >= 3);
    for (const [name, { image, chart }] of pins) {
      assert.ok(published.has(renderReference(image)), `${name}: ${renderReference(image)}`);
      assert.ok(published.has(renderReference(chart)), `${name}: ${renderReference(chart)}`);
    }
  });
});
