import { readCluster } from "./adapters/cluster.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { readDeployedStage } from "./adapters/stack-outputs.ts";
import { stagesPath, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { refuseForeignNamespaces, refuseOtherCluster, type OwnNamespace } from "./delivery/cluster.ts";
import { accepted, combine, type Refusal } from "./model/refusal.ts";

/**
 * Whether the cluster behind the stage's context is the stage's own, and namespaces in it are the stage's. The program
 * asks that of every deploy; this is for what a verb does before: another cluster knows nothing of the stage's objects,
 * and its databases are not the stage's.
 */
export async function refuseStrangeCluster(
  { stage, definition }: Pick<LoadedStage, "definition"> & { readonly stage: { readonly name: string } },
  access: ClusterAccess,
  namespaces: readonly OwnNamespace[] = [],
): Promise<readonly Refusal[]> {
  const names = namespaces.map(({ name }) => name);
  const [cluster, deployed] = await Promise.all([
    readCluster(access.context, names, access.place, access.signal),
    // Where the trust file names the cluster, no update has a say in it.
    definition.clusterUid === undefined
      ? readDeployedStage(stage.name, access.signal)
      : accepted({ clusterUid: undefined }),
  ]);
  const known = combine({ cluster, deployed });
  if (known.kind === "refused") return known.refusals;
  const { uid, namespaces: present } = known.value.cluster;
  const uidBefore = known.value.deployed.clusterUid;
  const other = refuseOtherCluster({
    ...{ definition, uid, uidBefore, place: access.place },
    stagesFile: displayPath(stagesPath()),
  });
  return other.length > 0 ? other : refuseForeignNamespaces(namespaces, present, access.place);
}
