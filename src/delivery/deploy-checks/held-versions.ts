import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { Stage, StageApplication } from "../../model/stage.ts";
import type { StackFile } from "../../model/stack-file.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { refuseHeld, refuseHeldVersion, type HeldQuestion } from "../held.ts";

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
    return [...inFile.map((refusal) => withWayBack(refusal, held)), ...refuseInCluster(question.inCluster, held)];
  });
}

function toQuestion(
  { stage, stackFile, nowMs, placeOf }: HeldVersionsQuestion,
  { application, pin }: Pick<StageApplication, "application" | "pin">,
): HeldQuestion {
  return { stage: stage.name, application: application.name, stackFile, image: pin.image, nowMs, placeOf };
}

function refuseInCluster(
  holds: readonly ClusterHold[],
  { stage, application, image, placeOf }: HeldQuestion,
): readonly Refusal[] {
  const own = holds.filter((hold) => hold.application === application && hold.image === image.digest);
  return own.map(({ reason, by, sinceMs }) => ({
    code: "held-in-cluster",
    place: placeOf(["config", "lockstep:pins", application, "image"]),
    found: `${application} ${image.tag}, which is on hold in the cluster of ${stage} since ${renderSignedTime(sinceMs)}, by ${by}: ${reason}`,
    expected: `a version of ${application} that did not fail in ${stage}`,
    action: `${wayBack(stage, application)}; or where its reason is gone: npm run resume -- ${stage} ${application}`,
  }));
}

function withWayBack(refusal: Refusal, { stage, application }: HeldQuestion): Refusal {
  return { ...refusal, action: `${refusal.action}; to bring back what ran before: ${wayBack(stage, application)}` };
}

function wayBack(stage: string, application: string): string {
  return `npm run rollback -- ${stage} ${application}`;
}
