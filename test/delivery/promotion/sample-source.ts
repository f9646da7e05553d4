import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import type { SoakRule } from "../../../src/delivery/promotion/soak.ts";
import type { SourceEvidence, WrittenApplication } from "../../../src/delivery/promotion/source-evidence.ts";
import {
  workloadKey,
  type DeployedStage,
  type DeployedVersion,
  type StackUpdate,
  type WorkloadState,
  type WrittenPin,
} from "../../../src/model/deployed-stage.ts";
import { renderPin } from "../../../src/model/pin-text.ts";
import { toStage } from "../../../src/model/stage.ts";
import type { StageDefinition } from "../../../src/model/stages.ts";
import { catalogue, sourceOf, STACK_FILE, stackFileOf } from "../../model/sample-stage.ts";
import { baseline, HOUR, prod, PROJECT, statesOf, T0 } from "../coverage/sample-court.ts";

/** A gated stage that was deployed at T0, half an hour after its statement, and proves everything; tests break one thing. */
export const CLUSTER = "5f3c1f0e-6a3b-4f0e-9d6e-000000000001";
export const MINUTE = HOUR / 60;
export const DEPLOYED = T0 + 30 * MINUTE;

export const source: StageDefinition = { ...prod, clusterUid: CLUSTER };
/** Asked for two days later; a day of soak is over. */
export const rule: SoakRule = { soakMs: 24 * HOUR, target: "live", nowMs: DEPLOYED + 48 * HOUR };

const stage = toStage({ project: PROJECT, stage: source.name, catalogue, stackFile: stackFileOf(STACK_FILE) });
const statement = baseline();

export const written: ReadonlyMap<string, WrittenApplication> = new Map(
  stage.applications.flatMap(({ application: { name }, pin }) => {
    const desired = statesOf().get(name);
    return desired === undefined ? [] : [[name, { pin, settings: {}, desired }] as const];
  }),
);

export const pins: ReadonlyMap<string, WrittenPin> = new Map(
  [...written].map(([name, { pin }]) => {
    const { image, chart } = renderPin(pin);
    return [name, { image, chart }];
  }),
);

/** An update of all of it that took a minute and succeeded. */
export function update(changes: Partial<StackUpdate> = {}): StackUpdate {
  const { startMs = DEPLOYED - MINUTE } = changes;
  return {
    ...{ version: 0, kind: "update", result: "succeeded", startTime: new Date(startMs).toISOString() },
    ...{ startMs, endMs: startMs + MINUTE, partial: false, pins, wholePins: new Map(), schemaLevels: new Map() },
    ...{ message: "", head: undefined, dirty: false, record: undefined, ...changes },
  };
}

/** The pins, with another version of one application, or without it. */
export function pinsWith(name: string, pin: Partial<WrittenPin> | undefined): ReadonlyMap<string, WrittenPin> {
  const before = pins.get(name) ?? { image: "", chart: "" };
  const others = [...pins].filter(([other]) => other !== name);
  return new Map(pin === undefined ? others : [...others, [name, { ...before, ...pin }]]);
}

const namespaces = new Map(stage.applications.map(({ application, namespace }) => [application.name, namespace]));

const deployedVersions = new Map<string, DeployedVersion>(
  [...written].map(([name, { desired }]) => [
    name,
    {
      ...(pins.get(name) ?? { image: "", chart: "" }),
      ...{ namespace: namespaces.get(name), statement: statement.digest, desired: desired.digest },
      ...{ sinceMs: DEPLOYED - MINUTE, workloads: [{ kind: "Deployment", name }] },
    },
  ]),
);

export const deployed: DeployedStage = {
  ...{ stage: source.name, clusterUid: CLUSTER, root: undefined, applications: deployedVersions },
  statements: new Map([...written.keys()].map((name) => [name, statement.digest])),
};

/** With something else in the outputs of one application. */
export function deployedWith(name: string, changes: Partial<DeployedVersion> | undefined): DeployedStage {
  const before = deployedVersions.get(name);
  const others = [...deployedVersions].filter(([other]) => other !== name);
  const own = before === undefined || changes === undefined ? [] : [[name, { ...before, ...changes }] as const];
  return { ...deployed, applications: new Map([...others, ...own]) };
}

const states: readonly WorkloadState[] = [...written].map(([name]) => ({
  ...{ kind: "Deployment", name, namespace: namespaces.get(name) ?? "" },
  images: [pins.get(name)?.image ?? ""],
  ...{ problem: undefined, settling: false, availableSinceMs: DEPLOYED - MINUTE / 2 },
}));

/** With another state of one application's workload, or without it. */
export function workloadsWith(name: string, changes: Partial<WorkloadState> | undefined): SourceEvidence["workloads"] {
  return byKey(
    states.flatMap((one) => (one.name !== name ? [one] : changes === undefined ? [] : [{ ...one, ...changes }])),
  );
}

export function byKey(some: readonly WorkloadState[]): SourceEvidence["workloads"] {
  return new Map(some.map((one) => [workloadKey(one), one]));
}

const yaml = sourceOf(STACK_FILE);

export const evidence: SourceEvidence = {
  ...{
    definition: source,
    written,
    absent: stage.absent,
    chains: chainsOf([statement]),
    takenBack: new Map(),
    history: [update()],
  },
  ...{ deployed, context: "test", clusterUid: CLUSTER, workloads: byKey(states), stagesFile: "trust/stages.yaml" },
  placeOf: (path) => yaml.placeOf(path),
};
