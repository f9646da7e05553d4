import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { Stage, StageApplication } from "../../model/stage.ts";
import type { StackFile } from "../../model/stack-file.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { refuseHeld, refuseHeldInCluster, refuseHeldVersion, type HeldQuestion } from "../held.ts";

export interface HeldVersionsQuestion {
  readonly stage: Pick<Stage, "name" | "applications">;
  readonly stackFile: Pick<StackFile, "holds">;
  /** What the cluster remembers. */
  readonly inCluster: readonly ClusterHold[];
  /**
   * Names of the applications whose image would change, and that do not go back: the way back is open whatever holds a
   * stage or an application; a version that failed is no way back.
   */
  readonly moved: ReadonlySet<string>;
  readonly nowMs: number;
  readonly placeOf: YamlSource["placeOf"];
}

/**
 * Holds that a deploy would break: of the stage and of applications where a version moves, and of a version wherever it
 * is pinned, also where it runs already: a run that was killed may have left it there.
 */
export function refuseHeldVersions(question: HeldVersionsQuestion): readonly Refusal[] {
  return question.stage.applications.flatMap((application) => {
    const held = toQuestion(question, application);
    const inFile = question.moved.has(held.application) ? refuseHeld(held) : refuseHeldVersion(held);
    const back = wayBack(held);
    return [
      ...inFile.map((one) => ({ ...one, action: `${one.action}; to bring back what ran before: ${back}` })),
      ...refuseHeldInCluster(held, question.inCluster, back),
    ];
  });
}

function toQuestion(
  { stage, stackFile, nowMs, placeOf }: HeldVersionsQuestion,
  { application, pin }: Pick<StageApplication, "application" | "pin">,
): HeldQuestion {
  return { stage: stage.name, application: application.name, stackFile, image: pin.image, nowMs, placeOf };
}

function wayBack({ stage, application }: HeldQuestion): string {
  return `npm run rollback -- ${stage} ${application}`;
}
