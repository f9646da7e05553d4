import type { Refusal } from "../../model/refusal.ts";

/** What a stage of a route has against the deploy of what went through it. */
export interface StageStanding {
  /** Against everything that came from there. */
  readonly whole: readonly Refusal[];
  /** By application. */
  readonly applications: ReadonlyMap<string, readonly Refusal[]>;
}

/**
 * What stands against a version by the routes that it may have taken: every stage of one of them has nothing against it,
 * the stage that its promotion names among them; otherwise what the route says that has least against it.
 * @param standings of every stage of the routes; what nobody asked has everything against it
 */
export function refuseByRoutes(
  name: string,
  from: string,
  routes: readonly (readonly string[])[],
  standings: ReadonlyMap<string, StageStanding>,
): readonly Refusal[] {
  const against = (stage: string): readonly Refusal[] => {
    const standing = standings.get(stage);
    const own = standing?.applications.get(name);
    if (standing === undefined || own === undefined) throw new Error(`nobody asked ${stage} about ${name}`);
    return [...standing.whole, ...own];
  };
  const others = routes.map((route) => route.filter((stage) => stage !== from).flatMap(against));
  const [fewest = []] = others.toSorted((left, right) => left.length - right.length);
  return [...against(from), ...fewest];
}
