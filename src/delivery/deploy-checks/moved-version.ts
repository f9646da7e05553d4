import type { DeployedStage, WrittenPin } from "../../model/deployed-stage.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { StageApplication } from "../../model/stage.ts";

/** An application whose image would change, or come. */
export interface MovedVersion {
  readonly name: string;
  readonly pin: Pin;
  /** What runs now, as far as the outputs know; undefined where nothing does. */
  readonly running: WrittenPin | undefined;
}

/** What a deploy would move: the stage as its files have it, beside what the last update that succeeded left. */
export function movedVersions(
  applications: readonly Pick<StageApplication, "application" | "pin">[],
  { applications: deployed }: Pick<DeployedStage, "applications">,
): readonly MovedVersion[] {
  return applications.flatMap(({ application: { name }, pin }) => {
    const running = deployed.get(name);
    return running?.image === renderPin(pin).image ? [] : [{ name, pin, running }];
  });
}
