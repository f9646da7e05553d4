import { renderPin } from "../../model/pin-text.ts";
import { accepted, refusalsOf, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { ProvenApplication, StageProof } from "./source-evidence.ts";

/** The routes into a stage that a version from there can take: each the stages that must all have proven it. */
export function routesThrough(
  from: string,
  { name, routes }: Pick<StageDefinition, "name" | "routes">,
  stagesFile: string,
): Outcome<readonly (readonly string[])[]> {
  const through = routes.filter((route) => route.includes(from));
  if (through.length > 0) return accepted(through);
  const sources = [...new Set(routes.flat())];
  return refused([
    {
      code: "wrong-source",
      place: { file: stagesFile, path: `stages.${name}.from` },
      found: `a promotion from ${from} to ${name}`,
      expected: sources.length === 0 ? `none: the registry feeds ${name}` : `from ${sources.join(" or ")}`,
      action:
        sources.length === 0
          ? `pin the version: npm run pin -- ${name} <application> <image>`
          : `npm run promote -- ${sources[0] ?? ""} ${name}`,
    },
  ]);
}

/**
 * What the routes prove of an application: the version that `from` has, where every stage of some route has proven the
 * very same one. Otherwise the reasons of the route that is nearest to it.
 * @param proofs of every stage of the routes
 */
export function proveByRoutes(
  name: string,
  from: string,
  routes: readonly (readonly string[])[],
  proofs: ReadonlyMap<string, StageProof>,
): Outcome<ProvenApplication> {
  const own = outcomeIn(from, name, proofs);
  const reasons = routes.map((route) =>
    route.filter((stage) => stage !== from).flatMap((stage) => refuseIn(stage, name, own, proofs)),
  );
  const [fewest = []] = reasons.toSorted((left, right) => left.length - right.length);
  const refusals = [...refusalsOf(own), ...fewest];
  return refusals.length > 0 ? refused(refusals) : own;
}

/** Everything that another stage of the route has against it, what stands against the whole stage included. */
function refuseIn(
  stage: string,
  name: string,
  own: Outcome<ProvenApplication>,
  proofs: ReadonlyMap<string, StageProof>,
): readonly Refusal[] {
  const other = outcomeIn(stage, name, proofs);
  const against = [...(proofs.get(stage)?.refusals ?? []), ...refusalsOf(other)];
  if (against.length > 0 || other.kind === "refused" || own.kind === "refused") return against;
  const [left, right] = [renderPin(own.value.pin), renderPin(other.value.pin)];
  if (left.image === right.image && left.chart === right.chart) return [];
  return [
    {
      code: "other-version-proven",
      place: { path: `${name} in ${stage}` },
      found: `${right.image}\nfrom ${right.chart}`,
      expected: `the same version, proven there too: ${left.image}\nfrom ${left.chart}`,
      action: `bring that version to ${stage} first, and deploy it: pulumi up --stack ${stage}`,
    },
  ];
}

function outcomeIn(stage: string, name: string, proofs: ReadonlyMap<string, StageProof>): Outcome<ProvenApplication> {
  const outcome = proofs.get(stage)?.applications.get(name);
  if (outcome === undefined) throw new Error(`nobody asked ${stage} about ${name}`);
  return outcome;
}
