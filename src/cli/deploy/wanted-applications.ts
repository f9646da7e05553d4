import type { LoadedStage } from "../../adapters/stage-loader.ts";
import type { WantedApplication } from "../../delivery/deployment/deployment-plan.ts";
import { desiredStatesOf } from "../../desired-states.ts";
import { renderPin } from "../../model/pin-text.ts";

/** What the files would have run in a stage, by application. @throws RefusalError where the catalogue is no JSON */
export function wantedApplications(loaded: LoadedStage): ReadonlyMap<string, WantedApplication> {
  const desired = desiredStatesOf(loaded);
  return new Map(
    loaded.stage.applications.flatMap(({ application: { name }, pin }) => {
      const state = desired.get(name);
      if (state === undefined) return [];
      const { image, chart } = renderPin(pin);
      return [[name, { pin: { image, chart }, desired: state.digest, migratesTo: pin.schema?.migratesTo }] as const];
    }),
  );
}
