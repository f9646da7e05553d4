import type { Place, Refusal } from "../model/refusal.ts";
import { shellWord } from "../model/shell-word.ts";
import type { StageNamespace } from "../model/stage.ts";
import type { StageDefinition } from "../model/stages.ts";

export interface ClusterQuestion {
  readonly definition: StageDefinition;
  /** Of the cluster behind the stage's context, now. */
  readonly uid: string;
  /** Of the cluster that the last update went to; undefined where there was none. */
  readonly uidBefore: string | undefined;
  readonly place: Place;
  /** For people: where stages are described. */
  readonly stagesFile: string;
}

/**
 * Is this the cluster that trust/stages.yaml names for the stage? A stage that names none, if nothing gates it, stays
 * in the cluster that it was deployed to first.
 */
export function refuseOtherCluster({
  definition,
  uid,
  uidBefore,
  place,
  stagesFile,
}: ClusterQuestion): readonly Refusal[] {
  const { name, clusterUid, gated } = definition;
  const refuse = (expected: string, action: string): Refusal[] => [
    { code: "other-cluster", place, found: `the cluster ${uid}`, expected, action },
  ];
  const toName = `add to ${stagesFile}, under stages.${name}:  cluster: { uid: ${uid} }`;
  if (clusterUid !== undefined) {
    if (clusterUid === uid) return [];
    return refuse(
      `the cluster ${clusterUid}, which ${stagesFile} names for ${name}`,
      "name the right kubeconfig context, or have the trust file changed",
    );
  }
  if (gated) return refuse(`a cluster that ${stagesFile} names for ${name}`, toName);
  if (uidBefore === undefined || uidBefore === uid) return [];
  return refuse(
    `the cluster ${uidBefore}, where ${name} was deployed before`,
    `look at KUBECONFIG; if ${name} has moved, ${toName}`,
  );
}

/**
 * A stage that has resources names their cluster: a stack file that was emptied by accident must not plan their
 * removal, least of all unchecked. To empty a stage on purpose, its applications are disabled and its cluster stays.
 */
export function refuseLostCluster(
  named: boolean,
  hasResources: boolean,
  stage: string,
  place: Place,
): readonly Refusal[] {
  if (named || !hasResources) return [];
  return [
    {
      code: "lost-cluster",
      place,
      found: `no cluster, while ${stage} has resources in one`,
      expected: "lockstep:cluster: { context: <kubeconfig context> }, where they are",
      action: `look at git diff -- ${place.file === undefined ? "the file" : shellWord(place.file)}; to empty ${stage}, disable its applications and keep its cluster`,
    },
  ];
}

/** Labels by which a namespace is known to be a stage's own. */
type Labels = Readonly<Record<string, string>>;

/** A namespace that a stage takes for its own, or uses. */
export type OwnNamespace = Pick<StageNamespace, "name" | "create" | "labels">;

const OWNER_LABELS = ["lockstep.dev/project", "lockstep.dev/stage"];

/**
 * A namespace that is there and is not this stage's would be taken over now, and later deleted with all that is in it.
 * One that the stage does not create may be anybody's who does not deploy with this: another stage's workloads would
 * be out of reach of its gate here.
 */
export function refuseForeignNamespaces(
  wanted: readonly OwnNamespace[],
  present: ReadonlyMap<string, Labels>,
  place: Place,
): readonly Refusal[] {
  return wanted.flatMap(({ name, create, labels }) => {
    const found = present.get(name);
    if (found === undefined || OWNER_LABELS.every((label) => found[label] === labels[label])) return [];
    const owners = OWNER_LABELS.flatMap((label) => found[label] ?? []);
    if (owners.length > 0) return [refuseOwnedNamespace(name, owners, place)];
    if (!create) return [];
    return [
      {
        code: "foreign-namespace",
        place,
        found: `the namespace ${name}, which is there and does not belong to this stage`,
        expected: "a namespace that this stage creates, or one that is said to be somebody else's",
        action: "set create: false for it under lockstep:namespaces, or give it another name there",
      },
    ];
  });
}

function refuseOwnedNamespace(name: string, owners: readonly string[], place: Place): Refusal {
  return {
    code: "foreign-namespace",
    place,
    found: `the namespace ${name}, which belongs to another stage or project: ${owners.join(", ")}`,
    expected: "a namespace that no other stage has, whether this one creates it or not",
    action: "give it another name under lockstep:namespaces",
  };
}
