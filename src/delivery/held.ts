import { holdsOn, type ActiveHold } from "../model/holds.ts";
import type { ClusterHold } from "../model/cluster-hold.ts";
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

/**
 * Why this very version may not come to a stage, as far as the stage's cluster remembers that it failed there.
 * @param elsewhere what brings the stage to another version, for people
 */
export function refuseHeldInCluster(
  { stage, application, image, placeOf }: Omit<HeldQuestion, "stackFile" | "nowMs">,
  holds: readonly ClusterHold[],
  elsewhere: string,
): readonly Refusal[] {
  const own = holds.filter((hold) => hold.application === application && hold.image === image.digest);
  return own.map(({ reason, by, sinceMs }) => ({
    code: "held-in-cluster",
    place: placeOf(["config", "lockstep:pins", application, "image"]),
    found: `${application} ${image.tag}, which is on hold in the cluster of ${stage} since ${renderSignedTime(sinceMs)}, by ${by}: ${reason}`,
    expected: `a version of ${application} that did not fail in ${stage}`,
    action: `${elsewhere}; or where its reason is gone: npm run resume -- ${stage} ${application}`,
  }));
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
  // Versions that are held beside it stay so.
  const alone = images !== undefined && images.length > 1 ? ` --image ${image.digest}` : "";
  return {
    code: "held",
    place: placeOf(["config", "lockstep:holds", on]),
    found: `${what} is held${who}${end}: ${reason}`,
    expected: `no hold on ${what}`,
    action: `${other}, or where its reason is gone: npm run resume -- ${stage}${on === WHOLE_STAGE ? "" : ` ${application}${alone}`}`,
  };
}
