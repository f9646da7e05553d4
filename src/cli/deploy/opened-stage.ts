import { takeSnapshot, type InputSnapshot } from "../../adapters/input-snapshot.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { loadStage, type LoadedStage } from "../../adapters/stage-loader.ts";
import { refuseSteered } from "../../delivery/deployment/whole-stage.ts";
import { orThrow, RefusalError } from "../../model/refusal.ts";
import { settleUnfinished } from "../unfinished-change.ts";
import type { DeployCall } from "./deploy-stage.ts";
import { refuseNotAsWritten } from "./written-inputs.ts";

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

/**
 * Finishes what a killed run left of a statement, and reads the stage's files.
 * @throws RefusalError (2) with everything that is wrong with them, (1) where they are not what a way back has written
 */
export async function openStage({ stage, options, signal, written }: DeployCall): Promise<OpenedStage> {
  const steered = refuseSteered(process.env);
  if (steered.length > 0) throw new RefusalError(steered, 2);
  await settleUnfinished(stage, options.dryRun === true);
  const snapshot = takeSnapshot(stage);
  if (written !== undefined) refuseNotAsWritten(written, snapshot);
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
