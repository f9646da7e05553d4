import { accepted, refused, type Outcome, type Place } from "../model/refusal.ts";
import type { StageDefinition } from "../model/stages.ts";

/** Is this the cluster that trust/stages.yaml names for the stage? A stage that names none takes any, if nothing gates it. */
export function checkClusterUid(
  { name, clusterUid, gated }: StageDefinition,
  uid: string,
  place: Place,
  stagesFile: string,
): Outcome<string> {
  if (clusterUid === uid || (clusterUid === undefined && !gated)) return accepted(uid);
  return refused([
    {
      code: "other-cluster",
      place,
      found: `the cluster ${uid}`,
      expected:
        clusterUid === undefined
          ? `a cluster that ${stagesFile} names for ${name}`
          : `the cluster ${clusterUid}, which ${stagesFile} names for ${name}`,
      action:
        clusterUid === undefined
          ? `add to ${stagesFile}, under stages.${name}:  cluster: { uid: ${uid} }`
          : "name the right kubeconfig context, or have the trust file changed",
    },
  ]);
}

/**
 * A stage whose applications run names their cluster: a stack file that was emptied by accident must not plan their
 * removal, least of all unchecked. To empty a stage on purpose, its pins go and its cluster stays.
 */
export function refuseLostCluster(
  named: boolean,
  running: readonly string[],
  stage: string,
  place: Place,
): Outcome<undefined> {
  if (named || running.length === 0) return accepted(undefined);
  return refused([
    {
      code: "lost-cluster",
      place,
      found: `no cluster, while ${running.join(", ")} run in ${stage}`,
      expected: "lockstep:cluster: { context: <kubeconfig context> }, where they run",
      action: `look at git diff -- ${place.file ?? "the file"}; to empty ${stage}, remove its pins and keep its cluster`,
    },
  ]);
}
