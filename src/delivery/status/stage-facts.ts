import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import type { Digest } from "../../model/digest.ts";
import { activeHold, holdsOn, type ActiveHold } from "../../model/holds.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { StackFile } from "../../model/stack-file.ts";
import { absence } from "../../model/stage.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Chain } from "../coverage/statement-chain.ts";
import { toCoverageState, type CoverageState, type StageCoverage } from "./coverage-state.ts";
import { toVersionHistory, versionOf, type VersionHistory } from "./version-history.ts";

/** What the report needs of a stage: so much less than what was read that stages can be read one after the other. */
export interface StageFacts {
  readonly definition: StageDefinition;
  /** Of the stage as a whole. */
  readonly holds: readonly ActiveHold[];
  /** What stands against it that is about none of its applications. */
  readonly against: readonly Refusal[];
  readonly applications: ReadonlyMap<string, ApplicationFacts>;
}

export interface ApplicationFacts {
  readonly state: "pinned" | "disabled" | "not pinned";
  readonly pin: PinFacts | undefined;
  readonly history: VersionHistory;
  readonly schemaLevel: number | undefined;
  readonly coverage: CoverageState;
  /** Its own, of other versions too; the stage's are said once. */
  readonly holds: readonly ActiveHold[];
  /** Of its versions, as the stage's cluster remembers them; empty also where nobody asked. */
  readonly clusterHolds: readonly ClusterHold[];
  /** Undefined where the engine was not asked, or did not answer. */
  readonly deployed: DeployedState | undefined;
}

/** A pin, as people read it. */
export interface PinFacts {
  /** What tells this version from others. */
  readonly identity: string;
  readonly version: string;
  readonly image: string;
  readonly chart: string;
  readonly revision: string | undefined;
  readonly createdMs: number | undefined;
}

/** What runs, beside what the files say. */
export interface DeployedState {
  /** `other-settings`: the same version, deployed with another desired state. */
  readonly kind: "as-pinned" | "other-version" | "other-settings" | "absent";
  /** The tag of what runs. */
  readonly version: string | undefined;
}

export interface StageFactsRequest {
  readonly definition: StageDefinition;
  readonly stackFile: StackFile;
  /** Of the applications that are asked about. */
  readonly names: readonly string[];
  readonly chains: ReadonlyMap<string, Chain>;
  readonly coverage: StageCoverage;
  /** Of the desired state of each application that is to run. */
  readonly desired: ReadonlyMap<string, Digest>;
  readonly deployed: DeployedStage | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export function toStageFacts(request: StageFactsRequest): StageFacts {
  const { definition, stackFile, names, coverage, nowMs } = request;
  return {
    definition,
    holds: holdsOn(stackFile, undefined, nowMs),
    against: coverage.kind === "no-gate" ? [] : coverage.against,
    applications: new Map(names.map((name) => [name, toApplicationFacts(name, request)])),
  };
}

function toApplicationFacts(name: string, request: StageFactsRequest): ApplicationFacts {
  const { definition, stackFile, chains, coverage, nowMs } = request;
  const pin = stackFile.pins.get(name);
  const state = absence(name, stackFile) ?? "pinned";
  const hold = activeHold(stackFile, name, nowMs);
  return {
    state,
    pin: pin && toPinFacts(pin),
    history: toVersionHistory(chains.get(name), pin, definition),
    schemaLevel: stackFile.schemaLevels.get(name),
    coverage: state === "pinned" ? toCoverageState(name, coverage) : { kind: "not-running" },
    holds: hold === undefined ? [] : [hold],
    clusterHolds: [],
    deployed: toDeployedState(name, state === "pinned" ? pin : undefined, request),
  };
}

function toPinFacts(pin: Pin): PinFacts {
  const { image, chart, revision } = renderPin(pin);
  const createdMs = pin.created === undefined ? undefined : Date.parse(pin.created);
  return { identity: versionOf(pin), version: pin.image.tag, image, chart, revision, createdMs };
}

/** @param pin undefined: it is not to run */
function toDeployedState(
  name: string,
  pin: Pin | undefined,
  { deployed, desired }: StageFactsRequest,
): DeployedState | undefined {
  if (deployed === undefined) return undefined;
  const found = deployed.applications.get(name);
  if (found === undefined) return { kind: pin === undefined ? "as-pinned" : "absent", version: undefined };
  const version = tagIn(found.image);
  const text = pin && renderPin(pin);
  if (text?.image !== found.image || text.chart !== found.chart) return { kind: "other-version", version };
  const same = found.desired === undefined || found.desired === desired.get(name);
  return { kind: same ? "as-pinned" : "other-settings", version };
}

function tagIn(image: string): string {
  const [name = ""] = image.split("@");
  return name.slice(name.lastIndexOf(":") + 1);
}
