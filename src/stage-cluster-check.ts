import { readCluster } from "./adapters/cluster.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readDeployedStage } from "./adapters/stack-outputs.ts";
import { stagesPath, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { refuseOtherCluster } from "./delivery/cluster.ts";
import { combine, type Refusal } from "./model/refusal.ts";

/**
 * Whether the cluster behind the stage's context is the stage's own. The program asks that of every deploy; this is for
 * what a verb does before: another cluster knows nothing of the stage's objects, and its databases are not the stage's.
 */
export async function refuseStrangeCluster(
  { stage, definition }: Pick<LoadedStage, "definition"> & { readonly stage: { readonly name: string } },
  access: ClusterAccess,
): Promise<readonly Refusal[]> {
  const [cluster, deployed] = await Promise.all([
    readCluster(access.context, [], access.place, access.signal),
    readDeployedStage(stage.name, access.signal),
  ]);
  const known = combine({ cluster, deployed });
  if (known.kind === "refused") return known.refusals;
  return refuseOtherCluster({
    ...{ definition, uid: known.value.cluster.uid, uidBefore: known.value.deployed.clusterUid, place: access.place },
    stagesFile: displayPath(stagesPath()),
  });
}
