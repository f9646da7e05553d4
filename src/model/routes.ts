import { z } from "zod";
import { objectNameSchema } from "./kubernetes-names.ts";
import { didYouMean } from "./nearest.ts";
import type { Place, Refusal } from "./refusal.ts";
import type { KeyPath, YamlSource } from "./yaml-source.ts";

/** Where versions begin: no stage. A statement may name it too, so no stage bears its name. */
export const REGISTRY = "registry";

const SOURCES = "registry, or a list of stages and of { allOf: [<stage>, …] }";

/** One route: a stage, or several that must all have proven the version. */
const routeSchema = z.union([
  objectNameSchema,
  z.strictObject(
    { allOf: z.array(objectNameSchema, { error: SOURCES }).min(1, { error: SOURCES }) },
    { error: SOURCES },
  ),
]);

/** `from` of a stage in stages.yaml. */
export const sourcesSchema = z.union([z.literal(REGISTRY), z.array(routeSchema).min(1, { error: SOURCES })], {
  error: SOURCES,
});

type WrittenSources = z.output<typeof sourcesSchema>;

/** Each route is the stages that must all have proven a version; any route suffices. None where the registry feeds. */
export function toRoutes(written: WrittenSources): readonly (readonly string[])[] {
  return written === REGISTRY ? [] : written.map((route) => (typeof route === "string" ? [route] : route.allOf));
}

/** Every stage that a version may come from, each once. */
export function toSources(written: WrittenSources): typeof REGISTRY | readonly string[] {
  return written === REGISTRY ? written : [...new Set(toRoutes(written).flat())];
}

interface Step {
  readonly name: string;
  readonly place: Place;
}

/**
 * What is wrong with a stage's routes by themselves.
 * @param names of all stages
 */
export function refuseRoutes(
  source: Pick<YamlSource, "placeOf">,
  stage: string,
  written: WrittenSources,
  names: readonly string[],
): readonly Refusal[] {
  if (written === REGISTRY) return [];
  const routes = written.map((route, index) => toSteps(source, ["stages", stage, "from", index], route));
  const wrong = routes.flatMap((steps) => [
    ...steps.flatMap((step) => refuseSource(step, stage, names)),
    ...refuseRepeated(steps),
  ]);
  return wrong.length > 0 ? wrong : refuseIdle(routes);
}

function toSteps(source: Pick<YamlSource, "placeOf">, path: KeyPath, route: WrittenSources[number]): readonly Step[] {
  if (typeof route === "string") return [{ name: route, place: source.placeOf(path) }];
  return route.allOf.map((name, index) => ({ name, place: source.placeOf([...path, "allOf", index]) }));
}

function refuseSource({ name, place }: Step, stage: string, names: readonly string[]): Refusal[] {
  if (name === REGISTRY) {
    return [
      {
        code: "registry-among-stages",
        place,
        found: "registry, in a list of stages",
        expected: `stages alone: what ${stage} takes from them went through them first`,
        action: "remove it; a stage that the registry feeds says from: registry",
      },
    ];
  }
  if (names.includes(name) && name !== stage) return [];
  return [
    {
      code: "unknown-stage",
      place,
      found: name === stage ? `${name} itself` : `${name}${didYouMean(name, names)}`,
      expected: "another stage of this file",
      action: "correct the name",
    },
  ];
}

function refuseRepeated(steps: readonly Step[]): Refusal[] {
  return steps
    .filter(({ name }, index) => steps.findIndex((step) => step.name === name) < index)
    .map(({ name, place }) => ({
      code: "repeated-stage",
      place,
      found: `${name} for the second time`,
      expected: "each stage once",
      action: "remove it, or name the stage that was meant",
    }));
}

/** Who writes "both" beside "one of them" reads a stricter rule than there is. */
function refuseIdle(routes: readonly (readonly Step[])[]): Refusal[] {
  return routes.flatMap((route, index) => {
    const names = new Set(route.map(({ name }) => name));
    const easier = routes.find(
      (other, at) =>
        at !== index &&
        other.every(({ name }) => names.has(name)) &&
        // Of two that are the same, the second.
        (other.length < route.length || at < index),
    );
    const [first] = route;
    if (easier === undefined || first === undefined) return [];
    return [
      {
        code: "idle-route",
        place: first.place,
        found: `${[...names].join(" and ")}, where ${easier.map(({ name }) => name).join(" and ")} suffices`,
        expected: "routes of which none asks for less than another",
        action: "remove one of the two",
      },
    ];
  });
}
