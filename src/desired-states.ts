import type { LoadedStage } from "./adapters/stage-loader.ts";
import { toDesiredStates, type DesiredState } from "./model/statements/desired-state.ts";

/**
 * The desired state of every application that runs in a stage, as its gate counts it.
 * @throws RefusalError where the catalogue computes values that are no JSON
 */
export function desiredStatesOf(loaded: LoadedStage): ReadonlyMap<string, DesiredState> {
  const { stage, definition, catalogue, stackFile } = loaded;
  const request = { project: stage.project, stage: stage.name, catalogue, stackFile };
  return toDesiredStates(request, definition.gate?.free, stage);
}
