import { groupOf, objectKey, type ClusterObject } from "../model/cluster-object.ts";
import type { ObjectName } from "../model/drift.ts";
import { isJsonObject } from "../model/json.ts";
import { printable, type Refusal } from "../model/refusal.ts";
import { shellCommand } from "../model/shell-word.ts";
import type { StageNamespace } from "../model/stage.ts";

export interface TakenNamesQuestion {
  readonly project: string;
  readonly stage: string;
  readonly namespaces: readonly Pick<StageNamespace, "name" | "create">[];
  /** What an update would make, as far as the cluster has it already. */
  readonly found: readonly ClusterObject[];
  /** By objectKey: what the stack's state knows, begun operations included. */
  readonly known: ReadonlySet<string>;
  /** Of the kubeconfig, for people. */
  readonly context: string;
}

export interface TakenNames {
  readonly refusals: readonly Refusal[];
  /** What is taken over, and why it may be. */
  readonly warnings: readonly string[];
}

/** On an object: the stage that may take it over, as `<project>/<stage>`. Whoever may write the object may say so. */
export const GIVEN_TO = "lockstep.dev/given-to";

/** What the names of the engine's field managers begin with. */
const ENGINE = "pulumi-kubernetes";
const OWNERS = { project: "lockstep.dev/project", stage: "lockstep.dev/stage" };

/**
 * Somebody else's objects under names that an update would use: it would write over them without a word, and later
 * delete them as its own. What the stack's state knows is its own; what its state has lost is known by where it is and
 * who wrote it; what was given to the stage says so itself.
 */
export function judgeTakenNames(question: TakenNamesQuestion): TakenNames {
  const unknown = question.found.filter(({ name }) => !question.known.has(objectKey(name)));
  const judged = unknown.map((object) => ({ object, why: whyOurs(object, question) }));
  return {
    refusals: judged.flatMap(({ object, why }) => (why === undefined ? [refuseTaken(object, question)] : [])),
    warnings: judged.flatMap(({ object, why }) =>
      why === undefined ? [] : [`${textOf(object.name)} is there already, and is taken over: ${why}`],
    ),
  };
}

/** Undefined where it is somebody else's. */
function whyOurs(object: ClusterObject, { project, stage, namespaces }: TakenNamesQuestion): string | undefined {
  const { labels, annotations } = aboutOf(object);
  if (annotations[GIVEN_TO] === `${project}/${stage}`) return `its annotation ${GIVEN_TO} says so`;
  if (!object.managers.some(({ manager }) => manager.startsWith(ENGINE))) return undefined;
  const { namespace } = object.name;
  // In a namespace that is not the stage's own, another stack of the same engine may have made it.
  const isHome =
    namespace === undefined
      ? labels[OWNERS.project] === project && labels[OWNERS.stage] === stage
      : namespaces.some(({ name, create }) => create && name === namespace);
  return isHome ? "the engine made it for this stage, and has forgotten it" : undefined;
}

function refuseTaken(object: ClusterObject, { project, stage, context }: TakenNamesQuestion): Refusal {
  const { name } = object;
  const where = name.namespace === undefined ? [] : ["--namespace", name.namespace];
  const group = groupOf(name.apiVersion);
  const kind = `${name.kind.toLowerCase()}${group === "" ? "" : `.${group}`}`;
  const kubectl = (verb: string, ...words: readonly string[]): string =>
    shellCommand(["kubectl", "--context", context, ...where, verb, kind, name.name, ...words]);
  return {
    code: "taken-name",
    place: { path: textOf(name) },
    found: `it is there already, and ${stage} did not make it: ${ownerOf(object)}`,
    expected: `a name that is free, for what ${stage} would make`,
    action: [
      "give one of the two another name; or, where nobody needs what is there, remove it:",
      kubectl("delete"),
      `or have ${stage} take it over, and write every field that is declared; what else is in it stays:`,
      kubectl("annotate", `${GIVEN_TO}=${project}/${stage}`),
    ].join("\n"),
  };
}

/** Who answers for an object, in its own words and in those of the API server. */
function ownerOf(object: ClusterObject): string {
  const { labels, annotations } = aboutOf(object);
  const release = annotations["meta.helm.sh/release-name"];
  const writers = object.managers.filter(({ subresource }) => subresource !== "status").map(({ manager }) => manager);
  const said = [
    ...[OWNERS.project, OWNERS.stage, "app.kubernetes.io/managed-by"].flatMap((label) =>
      labels[label] === undefined ? [] : [`${label}: ${labels[label]}`],
    ),
    ...(release === undefined ? [] : [`of the Helm release ${release}`]),
    ...(object.owned ? ["made by another object of the cluster"] : []),
    ...(writers.length === 0 ? [] : [`written by ${[...new Set(writers)].join(", ")}`]),
  ];
  return printable(said.length === 0 ? "nobody's name is on it" : said.join("; "));
}

type Texts = Readonly<Record<string, string>>;

function aboutOf({ content: { metadata } }: ClusterObject): { readonly labels: Texts; readonly annotations: Texts } {
  const about = isJsonObject(metadata) ? metadata : {};
  const textsOf = (value: unknown): Texts =>
    isJsonObject(value)
      ? Object.fromEntries(
          Object.entries(value).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
        )
      : {};
  return { labels: textsOf(about["labels"]), annotations: textsOf(about["annotations"]) };
}

function textOf({ kind, namespace, name }: ObjectName): string {
  return printable(`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`);
}
