import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { ActiveHold } from "../../model/holds.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { StageDefinition } from "../../model/stages.ts";
import { behind, nearest, type SourceDistance } from "./behind.ts";
import type { CoverageState } from "./coverage-state.ts";
import type { ApplicationFacts, DeployedState, PinFacts, StageFacts } from "./stage-facts.ts";
import { sourcesOf } from "./stage-order.ts";

/** A stage as it could be read, or why it could not. */
export type StageRead =
  | { readonly kind: "read"; readonly facts: StageFacts; readonly notes: readonly string[] }
  | { readonly kind: "refused"; readonly definition: StageDefinition; readonly refusals: readonly Refusal[] };

/** Applications by stages. */
export interface StatusReport {
  /** Whether signatures were verified; otherwise coverage is what the documents say. */
  readonly verified: boolean;
  /** In the order of the graph. */
  readonly stages: readonly StageColumn[];
  readonly applications: readonly ApplicationRow[];
}

export interface StageColumn {
  readonly definition: StageDefinition;
  /** Why its files could not be read: its cells are unknown. */
  readonly refusals: readonly Refusal[];
  readonly against: readonly Refusal[];
  readonly holds: readonly ActiveHold[];
  readonly notes: readonly string[];
}

export interface ApplicationRow {
  readonly name: string;
  /** One for each stage, in their order. */
  readonly cells: readonly Cell[];
}

/** An application in a stage. */
export interface Cell {
  readonly state: ApplicationFacts["state"] | "unknown";
  readonly pin: PinFacts | undefined;
  readonly age: Age | undefined;
  readonly schemaLevel: number | undefined;
  /** The nearest of its sources; undefined where nothing is pinned, or the registry feeds the stage. */
  readonly behind: SourceDistance | undefined;
  /** All sources that could be read. */
  readonly sources: readonly SourceDistance[];
  readonly coverage: CoverageState;
  readonly holds: readonly ActiveHold[];
  /** As the stage's cluster remembers them; empty also where nobody asked. */
  readonly clusterHolds: readonly ClusterHold[];
  readonly deployed: DeployedState | undefined;
}

export interface Age {
  /** `pinned`: the image does not say when it was made. */
  readonly since: "created" | "pinned";
  readonly ms: number;
}

export interface StatusRequest {
  /** The stages to be shown, in their order. */
  readonly stages: readonly StageRead[];
  /** Those, and all that they take versions from. */
  readonly facts: ReadonlyMap<string, StageFacts>;
  readonly names: readonly string[];
  readonly verified: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export function toStatusReport(request: StatusRequest): StatusReport {
  const { stages, names, verified } = request;
  return {
    verified,
    stages: stages.map(toColumn),
    applications: names.map((name) => ({ name, cells: stages.map((stage) => toCell(name, stage, request)) })),
  };
}

/** With what the stage's cluster remembers of its applications. */
export function withClusterHolds(read: StageRead, holds: readonly ClusterHold[]): StageRead {
  if (read.kind === "refused" || holds.length === 0) return read;
  const { facts } = read;
  const applications = new Map(
    [...facts.applications].map(([name, one]) => [
      name,
      { ...one, clusterHolds: holds.filter(({ application }) => application === name) },
    ]),
  );
  return { ...read, facts: { ...facts, applications } };
}

function toColumn(stage: StageRead): StageColumn {
  if (stage.kind === "refused") {
    const { definition, refusals } = stage;
    return { definition, refusals, against: [], holds: [], notes: [] };
  }
  const { definition, against, holds } = stage.facts;
  return { definition, refusals: [], against, holds, notes: stage.notes };
}

const UNKNOWN: Cell = {
  ...{ state: "unknown", pin: undefined, age: undefined, schemaLevel: undefined, behind: undefined, sources: [] },
  ...{ coverage: { kind: "not-running" }, holds: [], clusterHolds: [], deployed: undefined },
};

function toCell(name: string, stage: StageRead, { facts, nowMs }: StatusRequest): Cell {
  const found = stage.kind === "read" ? stage.facts.applications.get(name) : undefined;
  if (stage.kind === "refused" || found === undefined) return UNKNOWN;
  const { state, pin, schemaLevel, coverage, holds, clusterHolds, deployed } = found;
  const sources = pin === undefined ? [] : distancesOf(name, pin, stage.facts.definition, facts);
  return {
    ...{ state, pin, schemaLevel, coverage, holds, clusterHolds, deployed, sources },
    age: ageOf(found, nowMs),
    behind: nearest(sources),
  };
}

function distancesOf(
  name: string,
  { identity }: PinFacts,
  definition: StageDefinition,
  facts: ReadonlyMap<string, StageFacts>,
): readonly SourceDistance[] {
  return sourcesOf(definition).flatMap((stage) => {
    const source = facts.get(stage)?.applications.get(name);
    return source === undefined ? [] : [{ stage, behind: behind(identity, source.history) }];
  });
}

/** Clocks differ: nothing is younger than now. */
function ageOf({ pin, history }: ApplicationFacts, nowMs: number): Age | undefined {
  if (pin === undefined) return undefined;
  if (pin.createdMs !== undefined) return { since: "created", ms: Math.max(0, nowMs - pin.createdMs) };
  return history.sinceMs === undefined ? undefined : { since: "pinned", ms: Math.max(0, nowMs - history.sinceMs) };
}
