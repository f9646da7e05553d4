import { isDeepStrictEqual } from "node:util";
import type { ClusterHold } from "../model/cluster-hold.ts";
import type { Digest } from "../model/digest.ts";
import { hasEnded, heldImages } from "../model/holds.ts";
import type { JsonObject } from "../model/json.ts";
import { didYouMean } from "../model/nearest.ts";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { stackFileName, WHOLE_STAGE, type Hold, type StackFile } from "../model/stack-file.ts";
import type { YamlChange } from "../model/yaml-edit.ts";

/** A hold as it was and as it is to be. */
export interface HoldChange {
  /** An application, or WHOLE_STAGE. */
  readonly on: string;
  readonly before: Hold | undefined;
  /** Undefined: it ends. */
  readonly after: Hold | undefined;
}

export interface HoldPlan {
  readonly stage: string;
  /** Everything that was asked for, also what is so already. */
  readonly holds: readonly HoldChange[];
  /** Holds that nobody asked about, and stay. */
  readonly others: ReadonlyMap<string, Hold>;
  /** Holds in the stage's cluster that end as well. */
  readonly inCluster: readonly ClusterHold[];
  /** The one version whose hold ends; undefined: it is about every version. */
  readonly version?: Digest;
  /** Empty: nothing changes. */
  readonly changes: readonly YamlChange[];
}

interface Question {
  readonly stage: string;
  /** None: the whole stage. */
  readonly applications: readonly string[];
  readonly stackFile: Pick<StackFile, "holds">;
}

export interface HoldRequest extends Question {
  readonly hold: Hold;
}

/** Holds applications, or the stage: what is held with the very same words stays as it is. */
export function planHold({ stage, applications, stackFile, hold }: HoldRequest): HoldPlan {
  const { holds } = stackFile;
  return toPlan(
    stage,
    subjectsOf(applications).map((on) => ({ on, before: holds.get(on), after: hold })),
    holds,
  );
}

export interface VersionHoldRequest extends Omit<Question, "applications"> {
  readonly application: string;
  readonly hold: Pick<Hold, "reason" | "by">;
  readonly image: Digest;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** As a failed roll-out asks for it: a hold of every version stays as it is, and no end of one counts for this version. */
export function planVersionHold({ stage, application, stackFile, hold, image, nowMs }: VersionHoldRequest): HoldPlan {
  const { holds } = stackFile;
  const written = holds.get(application);
  const before = written === undefined || hasEnded(written, nowMs) ? undefined : written;
  const images = [...new Set([...((before && heldImages(before)) ?? []), image])];
  const whole = before !== undefined && heldImages(before) === undefined;
  const known = before !== undefined && heldImages(before)?.includes(image) === true && before.until === undefined;
  const after = whole || known ? before : { ...hold, image: images.length === 1 ? image : images };
  return toPlan(stage, [{ on: application, before: written, after }], holds);
}

export interface SingleVersionHoldRequest extends Omit<VersionHoldRequest, "hold"> {
  readonly hold: Omit<Hold, "image">;
}

/**
 * As a person asks for it, in their words. An application has one hold: what it says of other versions must stay true,
 * so that a hold of every version, and one with another end, are refused.
 */
export function planSingleVersionHold(request: SingleVersionHoldRequest): Outcome<HoldPlan> {
  const { stage, application, stackFile, hold, image, nowMs } = request;
  const { holds } = stackFile;
  const written = holds.get(application);
  const before = written === undefined || hasEnded(written, nowMs) ? undefined : written;
  const known = before === undefined ? [] : heldImages(before);
  if (before !== undefined && known === undefined) return refused([refuseHeldWhole(request, before)]);
  const others = (known ?? []).filter((other) => other !== image);
  if (before !== undefined && others.length > 0 && before.until !== hold.until)
    return refused([refuseOtherEnd(request, before)]);
  const images = [...new Set([...(known ?? []), image])];
  const after = { ...hold, image: images.length === 1 ? image : images };
  // A list of one says the same.
  const holdsIt = before !== undefined && known?.includes(image) === true;
  const same = holdsIt && isDeepStrictEqual({ ...before, image: images }, { ...after, image: images });
  return accepted(toPlan(stage, [{ on: application, before: written, after: same ? before : after }], holds));
}

function refuseHeldWhole({ stage, application }: SingleVersionHoldRequest, { until, reason }: Hold): Refusal {
  const end = until === undefined ? "until somebody resumes" : `until ${until}`;
  return {
    code: "held-as-a-whole",
    place: placeOfHold(stage, application),
    found: `${application} is held ${end}, with every version of it: ${reason}`,
    expected: "an application of which single versions are held, or none: it has one hold",
    action: `nothing while that hold counts; when it is to end: npm run resume -- ${stage} ${application}, then hold the version`,
  };
}

function refuseOtherEnd({ stage, application }: SingleVersionHoldRequest, { until }: Hold): Refusal {
  return {
    code: "held-with-another-end",
    place: placeOfHold(stage, application),
    found: `other versions of ${application} are held ${until === undefined ? "until somebody resumes" : `until ${until}`}`,
    expected: "the same end: the versions of an application are held by one hold",
    action:
      until === undefined
        ? "leave --until and --for out"
        : `--until ${until}, or end it first: npm run resume -- ${stage} ${application}`,
  };
}

function placeOfHold(stage: string, on: string): Refusal["place"] {
  return { file: stackFileName(stage), path: `lockstep:holds.${on}` };
}

export interface ResumeRequest extends Question {
  /** What the stage's cluster holds, of any application. */
  readonly inCluster?: readonly ClusterHold[];
}

export interface VersionResumeRequest extends Pick<ResumeRequest, "stage" | "stackFile" | "inCluster"> {
  readonly application: string;
  readonly image: Digest;
}

/** Ends the hold of one version, in the file and in the cluster; other versions stay held. */
export function planVersionResume(request: VersionResumeRequest): Outcome<HoldPlan> {
  const { stage, application, stackFile, image, inCluster = [] } = request;
  const { holds } = stackFile;
  const before = holds.get(application);
  const images = before === undefined ? [] : heldImages(before);
  const placed = inCluster.filter((hold) => hold.application === application && hold.image === image);
  if (images?.includes(image) !== true && placed.length === 0) return refused([refuseVersionNotHeld(request, before)]);
  const left = images?.filter((other) => other !== image);
  const after =
    before === undefined || left?.length === 0
      ? undefined
      : left === undefined || left.length === images?.length
        ? before
        : { ...before, image: left.length === 1 ? left[0] : left };
  return accepted({ ...toPlan(stage, [{ on: application, before, after }], holds, placed), version: image });
}

function refuseVersionNotHeld({ stage, application, image }: VersionResumeRequest, hold: Hold | undefined): Refusal {
  const images = hold === undefined ? [] : heldImages(hold);
  const resume = `npm run resume -- ${stage} ${application}`;
  const found =
    images === undefined ? `${application} is held with every version of it` : `no hold of ${application} ${image}`;
  const [expected, action] =
    images === undefined
      ? ["a hold of this version", `to end it for every version: ${resume}`]
      : images.length === 0
        ? ["a hold of this version", "nothing: nothing keeps it"]
        : [`one of ${images.join(", ")}`, `${resume} --image <one of them>; all of them: ${resume}`];
  return { code: "not-held", place: placeOfHold(stage, application), found, expected, action };
}

/**
 * Ends holds, in the file and in the cluster. What is not held is refused: whoever ends a hold believes that there is
 * one.
 */
export function planResume({ stage, applications, stackFile, inCluster = [] }: ResumeRequest): Outcome<HoldPlan> {
  const { holds } = stackFile;
  const subjects = subjectsOf(applications);
  const placed = inCluster.filter(({ application }) => subjects.includes(application));
  const isHeld = (on: string): boolean => holds.has(on) || placed.some(({ application }) => application === on);
  const refusals = subjects.filter((on) => !isHeld(on)).map((on) => refuseNotHeld(on, stage, holds));
  if (refusals.length > 0) return refused(refusals);
  return accepted(
    toPlan(
      stage,
      subjects.map((on) => ({ on, before: holds.get(on), after: undefined })),
      holds,
      placed,
    ),
  );
}

function toPlan(
  stage: string,
  wanted: readonly HoldChange[],
  holds: ReadonlyMap<string, Hold>,
  inCluster: readonly ClusterHold[] = [],
): HoldPlan {
  const asked = new Set(wanted.map(({ on }) => on));
  return {
    stage,
    holds: wanted,
    others: new Map([...holds].filter(([on]) => !asked.has(on))),
    inCluster,
    changes: wanted
      .filter(({ before, after }) => !isDeepStrictEqual(before, after))
      .map(({ on, after }) => ({ path: ["config", "lockstep:holds", on], value: after && toJson(after) })),
  };
}

/** As it is written. */
function toJson({ reason, by, until, image }: Hold): JsonObject {
  return {
    reason,
    ...(by === undefined ? {} : { by }),
    ...(until === undefined ? {} : { until }),
    ...(image === undefined ? {} : { image }),
  };
}

function subjectsOf(applications: readonly string[]): readonly string[] {
  return applications.length === 0 ? [WHOLE_STAGE] : [...new Set(applications)];
}

function refuseNotHeld(on: string, stage: string, holds: ReadonlyMap<string, Hold>): Refusal {
  const names = [...holds.keys()].filter((name) => name !== WHOLE_STAGE);
  const commands = [
    ...(holds.has(WHOLE_STAGE) ? [`npm run resume -- ${stage}`] : []),
    ...(names.length === 0 ? [] : [`npm run resume -- ${stage} ${names.join(" ")}`]),
  ];
  const whole = on === WHOLE_STAGE;
  return {
    code: "not-held",
    place: placeOfHold(stage, on),
    found: whole ? `no hold of ${stage} as a whole` : `no hold of ${on}${didYouMean(on, names)}`,
    expected: holds.size === 0 ? `a hold: ${stage} has none` : `one of the holds of ${stage}`,
    action: commands.length === 0 ? "nothing: nothing keeps it" : `end what holds it: ${commands.join(", or ")}`,
  };
}
