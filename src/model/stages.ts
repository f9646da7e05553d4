import { z } from "zod";
import { findCircle } from "./circle.ts";
import { objectNameSchema } from "./kubernetes-names.ts";
import { parseLeniently } from "./lenient-parse.ts";
import { didYouMean } from "./nearest.ts";
import { accepted, refused, type Outcome, type Refusal } from "./refusal.ts";
import { REGISTRY, refuseRoutes, sourcesSchema, toRoutes, toSources } from "./routes.ts";
import { availabilitySchema, gateSchema, toAvailability, type Availability, type Gate } from "./trust/gate.ts";
import type { YamlSource } from "./yaml-source.ts";

const stageSchema = z.strictObject(
  {
    from: sourcesSchema,
    cluster: z
      .strictObject({ uid: z.uuid({ error: "the uid of the cluster's namespace kube-system" }) }, { error: "{ uid }" })
      .optional(),
    zone: z.string({ error: "a DNS zone" }).optional(),
    gate: gateSchema.optional(),
    availability: availabilitySchema.optional(),
  },
  { error: "a stage: { from }" },
);

/** A stage as trust/stages.yaml describes it. */
export interface StageDefinition {
  readonly name: string;
  /** `registry`, or every stage that a version may come from. */
  readonly from: typeof REGISTRY | readonly string[];
  /** Each is the stages that must all have proven a version; any route suffices. None where the registry feeds. */
  readonly routes: readonly (readonly string[])[];
  /** The uid of the cluster's namespace kube-system. */
  readonly clusterUid: string | undefined;
  readonly zone: string | undefined;
  /** Every stage that the registry does not feed is gated. */
  readonly gated: boolean;
  /** Of every gated stage, and of no other. */
  readonly gate: Gate | undefined;
  readonly availability: Availability;
}

export type Stages = ReadonlyMap<string, StageDefinition>;

/** Parses stages.yaml; sources must be stages of the same file. */
export function parseStages(source: YamlSource): Outcome<Stages> {
  const schema = z.strictObject({
    stages: z.record(objectNameSchema, stageSchema, { error: "stages, name: { from }" }),
  });
  const { value, refusals } = parseLeniently(schema, source.tree, source, []);
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const names = Object.keys(value.stages);
  const reasons = Object.entries(value.stages).flatMap(([name, { from, gate }]) => [
    ...refuseName(source, name),
    ...refuseRoutes(source, name, from, names),
    ...(from === REGISTRY || gate !== undefined ? [] : [refuseMissingGate(source, name)]),
  ]);
  if (reasons.length > 0) return refused(reasons);
  const edges = Object.entries(value.stages).map(([name, { from }]) => [name, toRoutes(from).flat()] as const);
  const circle = findCircle(new Map(edges));
  if (circle !== undefined) return refused([refuseCircle(source, circle)]);
  return accepted(new Map(Object.entries(value.stages).map(([name, written]) => [name, toDefinition(name, written)])));
}

function toDefinition(name: string, written: z.output<typeof stageSchema>): StageDefinition {
  const { from, cluster, zone, gate, availability } = written;
  const gated = gate !== undefined;
  return {
    ...{ name, from: toSources(from), routes: toRoutes(from), clusterUid: cluster?.uid, zone, gated, gate },
    availability: toAvailability(availability, gated),
  };
}

/** The stage, or why there is none of that name. */
export function findStage(stages: Stages, name: string, file: string): Outcome<StageDefinition> {
  const stage = stages.get(name);
  if (stage !== undefined) return accepted(stage);
  return refused([
    {
      code: "unknown-stage",
      place: { file, path: "stages" },
      found: name === "" ? "an empty name" : `no stage ${name}${didYouMean(name, stages.keys())}`,
      expected: `one of ${[...stages.keys()].join(", ")}`,
      action: name === "" ? "name one of these" : `name one of these, or add ${name} to ${file}`,
    },
  ]);
}

function refuseCircle(source: YamlSource, circle: readonly string[]): Refusal {
  return {
    code: "circular-stages",
    place: source.placeOf(["stages", circle[0] ?? "", "from"]),
    found: circle.join(" from "),
    expected: "stages that lead from the registry to the last one, without circles",
    action: "correct the sources of one of these",
  };
}

function refuseMissingGate(source: YamlSource, stage: string): Refusal {
  return {
    code: "missing-gate",
    place: source.placeOfKey(["stages", stage]),
    found: `${stage}, which the registry does not feed, without a gate`,
    expected: "the rules of every stage that is promoted into: gate: { promoters: [<group>] }",
    action: `add the gate of ${stage}`,
  };
}

function refuseName(source: YamlSource, stage: string): Refusal[] {
  if (stage !== REGISTRY) return [];
  return [
    {
      code: "reserved-name",
      place: source.placeOfKey(["stages", stage]),
      found: `a stage named ${REGISTRY}`,
      expected: `another name: ${REGISTRY} is where versions begin`,
      action: "give the stage another name",
    },
  ];
}
