import { readLiveObjects } from "./adapters/drift/live-objects.ts";
import { readStackObjects } from "./adapters/drift/stack-objects.ts";
import type { ClusterAccess } from "./adapters/kubectl.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { judgeTakenNames, type TakenNames } from "./delivery/taken-names.ts";
import { objectKey } from "./model/cluster-object.ts";
import type { ObjectName } from "./model/drift.ts";

export interface NamesQuestion {
  readonly loaded: Pick<LoadedStage, "stage">;
  /** What an update would make. */
  readonly made: readonly ObjectName[];
  readonly access: ClusterAccess | undefined;
  readonly signal: AbortSignal;
}

const FREE: TakenNames = { refusals: [], warnings: [] };

/**
 * Whether the names of what an update would make are free in the cluster. A list of each kind and namespace; the stack's
 * state is read only where something is found.
 */
export async function checkNames({ loaded, made, access, signal }: NamesQuestion): Promise<TakenNames> {
  const { project, name: stage, namespaces } = loaded.stage;
  const own = new Set(namespaces.map(({ name }) => name));
  // Whose a stage's namespaces are, the program asks by their labels.
  const asked = made.filter(
    ({ kind, namespace, name }) => kind !== "Namespace" || namespace !== undefined || !own.has(name),
  );
  if (access === undefined || asked.length === 0) return FREE;
  const read = await readLiveObjects({ access: { ...access, signal }, declared: asked, namespaces: [] });
  if (read.kind === "refused") return { ...FREE, refusals: read.refusals };
  const keys = new Set(asked.map(objectKey));
  const found = read.value.live.filter(({ name }) => keys.has(objectKey(name)));
  if (found.length === 0) return FREE;
  const state = await readStackObjects(stage, signal);
  if (state.kind === "refused") return { ...FREE, refusals: state.refusals };
  const { declared, alsoKnown } = state.value;
  const known = new Set([...declared.map(({ name }) => objectKey(name)), ...alsoKnown]);
  return judgeTakenNames({ project, stage, namespaces, found, known, context: access.context });
}
