import type { WrittenPin } from "../../model/deployed-stage.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import type { PinStep } from "../pin-step.ts";
import { changesAmong, isWhole } from "../promotion/last-update.ts";
import { isSameWritten } from "./candidates.ts";
import { judgeVersion, toRestoringStep, type RollbackGround } from "./rollback-plan.ts";

/** An application whose roll-out failed. */
export interface FailedRollout {
  readonly name: string;
  /** As the last update that succeeded left it; undefined where it never ran. */
  readonly deployed: WrittenPin | undefined;
}

/** The version that ran before the failed one. */
export interface GoodPin extends PinStep {
  readonly name: string;
  /** What failed. */
  readonly before: Pin;
}

/** Where each application goes back to by itself, or why it stays and what is the way forward. */
export function planGoodPins(failed: readonly FailedRollout[], ground: RollbackGround): readonly Outcome<GoodPin>[] {
  return failed.map((one) => planOne(one, ground));
}

function planOne({ name, deployed }: FailedRollout, ground: RollbackGround): Outcome<GoodPin> {
  const { catalogue, stackFile, history, stage } = ground;
  const [application, before] = [catalogue.get(name), stackFile.pins.get(name)];
  if (application === undefined || before === undefined) throw new Error(`a roll-out of ${name}, which is not there`);
  const stays = (code: string, found: string, expected: string, action: string): Outcome<GoodPin> =>
    refused([{ code, place: { path: `${stage}: ${name}` }, found, expected, action }]);
  const mend = "bring a version that mends the fault";
  if (deployed === undefined) {
    const found = `${before.image.tag} of ${name} is the first that was deployed here`;
    return stays(
      "no-version-before",
      found,
      "a version that ran before it",
      `${mend}, or set enabled: false in its settings`,
    );
  }
  if (isSameWritten(deployed, renderPin(before))) {
    const found = `${before.image.tag} of ${name}, which ran here before: settings, catalogue or cluster changed, not its version`;
    return stays(
      "same-version",
      found,
      "a failed version to go back from",
      "take back what changed, and deploy again: git log -- src/applications Pulumi.*.yaml",
    );
  }
  const earlier = changesAmong(history).find(
    (update) => isWhole(update) && isSameWritten(update.pins.get(name), deployed),
  );
  const after = earlier?.wholePins.get(name);
  if (after === undefined) {
    const found = `no update in the stack's history that succeeded with ${deployed.image}`;
    return stays(
      "not-in-history",
      found,
      "the update that brought what ran before",
      `npm run rollback -- ${stage} ${name} --list`,
    );
  }
  const judged = judgeVersion(application, after, ground);
  if (judged.kind === "refused") return refused(judged.refusals.map((refusal) => loud(refusal, name, stage)));
  return accepted({ ...toRestoringStep(application, after, judged.value, stackFile), before, name });
}

function loud(refusal: Refusal, name: string, stage: string): Refusal {
  return {
    ...refusal,
    found: `${stage} stays as it is, half rolled out: ${refusal.found}`,
    action: `${refusal.action}\nwhat ${name} does now: npm run status`,
  };
}
