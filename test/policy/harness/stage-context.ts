import assert from "node:assert/strict";
import type { StageContext } from "../../../policy/stage-context.ts";
import type { Catalogue } from "../../../src/model/catalogue.ts";
import { NO_IMAGE_KEYS } from "../../../src/model/image-keys.ts";
import { parseStackFile } from "../../../src/model/stack-file.ts";
import { toDesiredStates } from "../../../src/model/statements/desired-state.ts";
import { toStage } from "../../../src/model/stage.ts";
import type { StageDefinition } from "../../../src/model/stages.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import { parseYamlSource } from "../../../src/model/yaml-source.ts";
import { catalogue as sampleCatalogue, inttest, STACK_FILE } from "../../model/sample-stage.ts";

export interface ContextText {
  /** The stage's stack file. @default that of test/model/sample-stage.ts: appointments, portal and status-page */
  readonly stackFile?: string;
  readonly catalogue?: Catalogue;
  /** What the stage is otherwise than the sample's inttest, such as `{ gated: true, zone: "example.com" }`. */
  readonly definition?: Partial<StageDefinition>;
  readonly trust?: Partial<Trust>;
  /** @default everything is covered */
  readonly coverage?: Awaited<ReturnType<StageContext["coverage"]>>;
  /** @default everything is signed */
  readonly refuseSignature?: StageContext["refuseSignature"];
}

/** A stage as rules judge by it, made of texts. What is not asked for is in order. */
export function stageContext(text: ContextText = {}): StageContext {
  const { catalogue = sampleCatalogue, stackFile: yaml = STACK_FILE } = text;
  const definition: StageDefinition = { ...inttest, ...text.definition };
  const source = parseYamlSource(`Pulumi.${definition.name}.yaml`, yaml);
  assert.ok(source.kind === "accepted", JSON.stringify(source));
  const { stackFile, refusals } = parseStackFile(source.value);
  assert.deepEqual(refusals, []);
  const trust: Trust = { ...noTrust(definition), ...text.trust };
  const request = { project: "platform", stage: definition.name, catalogue, stackFile };
  const states = toDesiredStates(request, definition.gate?.free);
  return {
    project: "platform",
    stage: definition.name,
    trust,
    loaded: {
      stage: toStage(request),
      definition,
      catalogue,
      trust,
      stackFile,
      source: source.value,
      engineConfig: undefined,
    },
    desiredDigests: new Map([...states].map(([name, { digest }]) => [name, digest])),
    coverage: () => Promise.resolve(text.coverage ?? { stage: [], applications: new Map() }),
    refuseSignature: text.refuseSignature ?? (() => Promise.resolve([])),
  };
}

function noTrust(definition: StageDefinition): Trust {
  return {
    stages: new Map([[definition.name, definition]]),
    roles: new Map(),
    allowedSigners: { text: "", signers: [] },
    imageKeys: NO_IMAGE_KEYS,
    trustedRoot: undefined,
    stageRefusals: new Map(),
    adopted: [],
    revocations: { keys: [], digests: [], statements: [] },
    exemptions: [],
    root: undefined,
  };
}
