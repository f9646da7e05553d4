import type { Application } from "./application.ts";
import { findCircle } from "./circle.ts";
import { refuseDeclarations } from "./custom-resource.ts";
import { doubleDeclarations, type DeclarationProblem } from "./declaration-problems.ts";
import { durationSchema, environmentNameSchema, objectNameSchema } from "./kubernetes-names.ts";
import { didYouMean } from "./nearest.ts";
import { refusePrivilegedKinds } from "./privileged-kind-declarations.ts";
import { accepted, refused, type Outcome, type Refusal } from "./refusal.ts";
import { smokeProblems } from "./smoke-check.ts";

/** Every application, by name, in the order of their names. */
export type Catalogue = ReadonlyMap<string, Application>;

export interface CatalogueEntry {
  /** The file that defines it, as people would type it. */
  readonly file: string;
  readonly application: Application;
}

/** Puts the catalogue together and checks what the compiler cannot: names, references between applications, circles. */
export function toCatalogue(entries: readonly CatalogueEntry[]): Outcome<Catalogue> {
  const sorted = entries.toSorted((left, right) => (left.application.name < right.application.name ? -1 : 1));
  const catalogue = new Map(sorted.map(({ application }) => [application.name, application]));
  const refusals = [
    ...sorted.flatMap((entry) => [
      ...refuseNames(entry),
      ...refuseKinds(entry),
      ...refuseSmoke(entry),
      ...refuseReferences(entry, catalogue),
    ]),
    ...refuseDoubles(sorted),
  ];
  if (refusals.length === 0) refusals.push(...refuseCircles(sorted, catalogue));
  return refusals.length > 0 ? refused(refusals) : accepted(catalogue);
}

function refuseNames({ file, application }: CatalogueEntry): Refusal[] {
  const refuse = (path: string, found: string, expected: string): Refusal => ({
    code: "invalid-catalogue",
    place: { file, path },
    found,
    expected,
    action: `correct ${path}`,
  });
  const { name, namespace, formerly, secrets = [], env = {}, timeouts = {} } = application;
  if (formerly === name) return [refuse("formerly", name, "the name that it had before, not its own")];
  const named = Object.entries({ name, namespace, formerly }).filter((entry) => entry[1] !== undefined);
  return [
    ...named.flatMap(([path, value]) =>
      objectNameSchema.safeParse(value).success ? [] : [refuse(path, String(value), "a lower-case name")],
    ),
    ...[...secrets, ...Object.keys(env)].flatMap((variable) =>
      environmentNameSchema.safeParse(variable).success ? [] : [refuse("secrets, env", variable, "a variable's name")],
    ),
    ...Object.entries(timeouts).flatMap(([path, value]) =>
      durationSchema.safeParse(value).success
        ? []
        : [refuse(`timeouts.${path}`, String(value), "a length of time such as 10m")],
    ),
    ...secrets
      .filter((secret) => Object.hasOwn(env, secret))
      .map((secret) => refuse("env", secret, "a name that is no secret's")),
  ];
}

function refuseKinds({ file, application }: CatalogueEntry): Refusal[] {
  const problems = [
    ...kindProblems(application, "customResources", refuseDeclarations),
    ...kindProblems(application, "privilegedKinds", refusePrivilegedKinds),
  ];
  return problems.map(({ path, ...problem }) => ({
    code: "invalid-catalogue",
    place: { file, path },
    ...problem,
    action: `correct ${path}`,
  }));
}

function kindProblems(
  application: Application,
  field: "customResources" | "privilegedKinds",
  refuse: (declared: unknown, path: string) => readonly DeclarationProblem[],
): readonly DeclarationProblem[] {
  const [ofChart, own] = [application.chart[field], application[field]];
  const problems = [
    // A chart's list is empty where it declares none.
    ...(Array.isArray(ofChart) && ofChart.length === 0 ? [] : refuse(ofChart, `chart.${field}`)),
    ...(own === undefined ? [] : refuse(own, field)),
  ];
  if (problems.length > 0) return problems;
  const expected = "each kind once, by the application or by its chart";
  return doubleDeclarations([...ofChart, ...(own ?? [])]).map((found) => ({ path: field, found, expected }));
}

function refuseSmoke({ file, application: { smoke = [], secrets = [] } }: CatalogueEntry): Refusal[] {
  return smokeProblems(smoke, secrets).map(({ path, ...problem }) => ({
    code: "invalid-catalogue",
    place: { file, path },
    ...problem,
    action: `correct ${path}`,
  }));
}

function refuseReferences({ file, application }: CatalogueEntry, catalogue: Catalogue): Refusal[] {
  return (application.after ?? [])
    .filter((name) => !catalogue.has(name))
    .map((name) => ({
      code: "unknown-application",
      place: { file, path: "after" },
      found: `${name}${didYouMean(name, catalogue.keys())}`,
      expected: `an application of the catalogue: ${[...catalogue.keys()].join(", ")}`,
      action: "correct the name, or add the application to src/applications",
    }));
}

function refuseDoubles(entries: readonly CatalogueEntry[]): Refusal[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ file, application: { name } }) => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, file);
      return [];
    }
    return [
      {
        code: "double-application",
        place: { file, path: "name" },
        found: `${name}, which ${earlier} defines as well`,
        expected: "a name of its own",
        action: "rename one of the two",
      },
    ];
  });
}

function refuseCircles(entries: readonly CatalogueEntry[], catalogue: Catalogue): Refusal[] {
  const circle = findCircle(new Map([...catalogue].map(([name, { after = [] }]) => [name, after])));
  if (circle === undefined) return [];
  const file = entries.find(({ application }) => application.name === circle[0])?.file;
  return [
    {
      code: "circular-order",
      place: { ...(file === undefined ? {} : { file }), path: "after" },
      found: circle.join(" after "),
      expected: "an order without circles",
      action: "remove one `after` of these",
    },
  ];
}

/** The application, or why there is none of that name. */
export function findApplication(catalogue: Catalogue, name: string): Outcome<Application> {
  const application = catalogue.get(name);
  if (application !== undefined) return accepted(application);
  return refused([
    {
      code: "unknown-application",
      place: { path: name },
      found: `no application ${name}${didYouMean(name, catalogue.keys())}`,
      expected: `one of ${[...catalogue.keys()].join(", ")}`,
      action: `name one of these, or add src/applications/${name}.ts`,
    },
  ]);
}
