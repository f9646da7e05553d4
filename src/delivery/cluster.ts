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
