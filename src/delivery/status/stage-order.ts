import type { StageDefinition, Stages } from "../../model/stages.ts";

/**
 * The stages from the registry to the last one: each after all that it takes versions from; those that are as far from
 * the registry as each other in the order of the file.
 * @param stages without circles, as `parseStages` leaves them
 */
export function inGraphOrder(stages: Stages): readonly StageDefinition[] {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const depth = Math.max(-1, ...sourcesOf(stages.get(name)).map(depthOf)) + 1;
    depths.set(name, depth);
    return depth;
  };
  return [...stages.values()].toSorted((left, right) => depthOf(left.name) - depthOf(right.name));
}

/** These stages, and the ones that they take versions from: what has to be read to say how far behind these are. */
export function withSources(stages: readonly StageDefinition[]): ReadonlySet<string> {
  return new Set(stages.flatMap((stage) => [stage.name, ...sourcesOf(stage)]));
}

/** None where the registry feeds it. */
export function sourcesOf(definition: Pick<StageDefinition, "from"> | undefined): readonly string[] {
  return definition === undefined || definition.from === "registry" ? [] : definition.from;
}
