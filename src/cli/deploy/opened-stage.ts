import type { InputSnapshot } from "../../adapters/input-snapshot.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { loadStage, type LoadedStage } from "../../adapters/stage-loader.ts";
import { orThrow } from "../../model/refusal.ts";
import type { DeployCall } from "./deploy-stage.ts";

/** A stage that is to be deployed, as its files are now. */
export interface OpenedStage {
  readonly project: string;
  readonly loaded: LoadedStage;
  /** Undefined where the stack file names no cluster: then nothing may run there. */
  readonly access: ClusterAccess | undefined;
  /** Of everything that the plan is made from: taken before any of it was read. */
  readonly snapshot: InputSnapshot;
  readonly nowMs: number;
}

/** @throws RefusalError (2) with everything that is wrong with the stage's files */
export async function openStage(
  { stage, signal }: Pick<DeployCall, "stage" | "signal">,
  snapshot: InputSnapshot,
): Promise<OpenedStage> {
  const project = orThrow(await readProjectName(), 2);
  const loaded = orThrow(await loadStage({ project, stage }), 2);
  return { project, loaded, access: accessTo(loaded, signal), snapshot, nowMs: Date.now() };
}

/** How the stage's cluster is asked. */
export function accessTo({ stackFile, source }: LoadedStage, signal: AbortSignal): ClusterAccess | undefined {
  if (stackFile.cluster === undefined) return undefined;
  const place = source.placeOf(["config", "lockstep:cluster", "context"]);
  return { context: stackFile.cluster.context, place, signal };
}
