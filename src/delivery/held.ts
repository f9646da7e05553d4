import { holdsOn, type ActiveHold } from "../model/holds.ts";
import type { Digest } from "../model/digest.ts";
import type { Place, Refusal } from "../model/refusal.ts";
import { WHOLE_STAGE, type StackFile } from "../model/stack-file.ts";
import { renderSignedTime } from "../model/statements/signed-json.ts";
import type { KeyPath } from "../model/yaml-source.ts";

export interface HeldQuestion {
  readonly stage: string;
  readonly application: string;
  readonly stackFile: Pick<StackFile, "holds">;
  /** That is to come. */
  readonly image: { readonly tag: string; readonly digest: Digest };
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly placeOf: (path: KeyPath) => Place;
}

/** Why a version may not come to a stage, as far as its file holds the stage, the application, or this very version. */
export function refuseHeld(question: HeldQuestion): readonly Refusal[] {
  const { stackFile, application, nowMs, image } = question;
  return holdsOn(stackFile, application, nowMs, image.digest).map((hold) => toRefusal(hold, question));
}

/** The same of holds of this very version alone. */
export function refuseHeldVersion(question: HeldQuestion): readonly Refusal[] {
  const { stackFile, application, nowMs, image } = question;
  const holds = holdsOn(stackFile, application, nowMs, image.digest).filter(({ images }) => images !== undefined);
  return holds.map((hold) => toRefusal(hold, question));
}

function toRefusal(
  { on, reason, by, untilMs, images }: ActiveHold,
  { stage, application, image, placeOf }: HeldQuestion,
): Refusal {
  const version = images === undefined ? "" : ` ${image.tag}`;
  const what = on === WHOLE_STAGE ? stage : `${application}${version} in ${stage}`;
  const who = by === undefined ? "" : ` by ${by}`;
  const end = untilMs === undefined ? "" : ` until ${renderSignedTime(untilMs)}`;
  const other = images === undefined ? "wait" : "take another version";
  return {
    code: "held",
    place: placeOf(["config", "lockstep:holds", on]),
    found: `${what} is held${who}${end}: ${reason}`,
    expected: `no hold on ${what}`,
    action: `${other}, or where its reason is gone: npm run resume -- ${stage}${on === WHOLE_STAGE ? "" : ` ${application}`}`,
  };
}
