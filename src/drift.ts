import { readCluster } from "./adapters/cluster.ts";
import { readLiveObjects } from "./adapters/drift/live-objects.ts";
import { readStackObjects } from "./adapters/drift/stack-objects.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import { stagesPath, type LoadedStage } from "./adapters/stage-loader.ts";
import { displayPath } from "./adapters/yaml-files.ts";
import { refuseOtherCluster } from "./delivery/cluster.ts";
import { compareWithCluster } from "./delivery/drift/drift.ts";
import type { Drift } from "./model/drift.ts";
import { accepted, combine, refused, type Outcome } from "./model/refusal.ts";

export interface DriftQuestion {
  readonly loaded: LoadedStage;
  readonly access: ClusterAccess;
  readonly signal: AbortSignal;
}

/**
 * What in the cluster is not as the last update declared it; changes nothing. A stage of which nothing was deployed has
 * no drift. Refused where engine or cluster do not answer, and where it is another cluster.
 */
export async function findDrift({ loaded, access, signal }: DriftQuestion): Promise<Outcome<Drift>> {
  const { stage, definition } = loaded;
  const asked = { ...access, signal };
  const [state, cluster] = await Promise.all([
    readStackObjects(stage.name, signal),
    readCluster(access.context, [], access.place, signal),
  ]);
  const known = combine({ state, cluster });
  if (known.kind === "refused") return known;
  const { declared, alsoKnown, namespaces, clusterUid: uidBefore } = known.value.state;
  if (declared.length === 0) return accepted({ stage: stage.name, objects: [], unlisted: [], nothingDeployed: true });
  const { uid } = known.value.cluster;
  const other = refuseOtherCluster({
    ...{ definition, uid, uidBefore, place: access.place },
    stagesFile: displayPath(stagesPath()),
  });
  if (other.length > 0) return refused(other);
  const names = declared.map(({ name }) => name);
  const found = await readLiveObjects({ access: asked, declared: names, namespaces });
  if (found.kind === "refused") return found;
  const { live, inNamespaces, unlisted } = found.value;
  const objects = compareWithCluster({ declared, live, inNamespaces, alsoKnown });
  return accepted({ stage: stage.name, objects, unlisted });
}
