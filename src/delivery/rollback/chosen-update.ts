import type { StackUpdate } from "../../model/deployed-stage.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { isSameWritten, unfitness, updatesOf, type Candidate } from "./candidates.ts";

/** Where somebody wants to go back to. */
export type Aim =
  | { readonly kind: "newest-before" }
  /** What --to says: a number, or the time at which it began, or the beginning of that. */
  | { readonly kind: "update"; readonly text: string }
  /** What --to-revision says. */
  | { readonly kind: "revision"; readonly text: string };

/** The update whose pins are to come back, and for whom. */
export interface ChosenUpdate {
  readonly update: StackUpdate;
  /** Fewer than were asked for where a revision is of some of them alone. */
  readonly names: readonly string[];
}

const NUMBER = /^\d{1,9}$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)?Z?$/;
const REVISION = /^[0-9a-f]{7,64}$/i;

/** The command that lists what there is to go back to. */
export function listCommand(stage: string): string {
  return `npm run rollback -- ${stage} --list`;
}

/** What --to names: one update that succeeded. Wrong use where it is neither a number nor a time. */
export function findUpdate(text: string, history: readonly StackUpdate[], stage: string): Outcome<StackUpdate> {
  const [isNumber, isTime] = [NUMBER.test(text), TIME.test(text)];
  const about = { place: { path: "--to" }, action: listCommand(stage) };
  if (!isNumber && !isTime) {
    const expected = "the number of an update, such as 12, or the time at which it began, such as 2026-11-20T10:11:12Z";
    return refused([{ code: "invalid-update", ...about, found: text, expected }]);
  }
  const found = history.filter((update) => (isNumber ? update.version === Number(text) : beganAt(update, text)));
  const [update] = found;
  if (update === undefined) return refused([refuseUnknown(text, history, about)]);
  if (found.length > 1) return refused([refuseSeveral(`the time ${text}`, found, about)]);
  const against = refuseUnfit(update, about);
  return against.length > 0 ? refused(against) : accepted(update);
}

/** Times are those that the history gives, in UTC. */
function beganAt({ startMs }: StackUpdate, text: string): boolean {
  const wanted = text.replace(" ", "T").replace(/(?:\.\d+)?Z?$/, "");
  return timeOf(startMs).startsWith(wanted);
}

/** As it is shown and can be typed: `2026-11-20T10:11:12Z`. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * What --to-revision names. A commit of this project: the update that deployed it; else the source of an image, and
 * then it is about the applications alone whose image came from there.
 */
export function findRevision(
  text: string,
  { history, names, stage }: { history: readonly StackUpdate[]; names: readonly string[]; stage: string },
): Outcome<ChosenUpdate> {
  const about = { place: { path: "--to-revision" }, action: listCommand(stage) };
  if (!REVISION.test(text)) {
    const expected = "7 to 64 digits of a commit, of this project or of an image's source";
    return refused([{ code: "invalid-revision", ...about, found: text, expected }]);
  }
  const fit = updatesOf(history).filter((update) => unfitness(update) === undefined);
  const ofProject = fit.filter(({ head }) => head?.startsWith(text.toLowerCase()) === true);
  if (ofProject.length > 0) {
    const [update] = ofProject;
    if (update === undefined || !ofProject.every((one) => isAlike(one, update, names)))
      return refused([refuseSeveral(`the revision ${text}`, ofProject, about)]);
    return accepted({ update, names });
  }
  return findSource(text, fit, names, about);
}

function findSource(
  text: string,
  updates: readonly StackUpdate[],
  names: readonly string[],
  about: Pick<Refusal, "place" | "action">,
): Outcome<ChosenUpdate> {
  const isFrom = (update: StackUpdate, name: string): boolean =>
    update.wholePins.get(name)?.revision?.startsWith(text.toLowerCase()) === true;
  const having = updates.filter((update) => names.some((name) => isFrom(update, name)));
  const [update] = having;
  if (update === undefined) {
    const expected = "a commit of this project that an update deployed, or the source of an image that one had";
    return refused([{ code: "unknown-revision", ...about, found: `${text}, which no update had`, expected }]);
  }
  const chosen = names.filter((name) => having.some((one) => isFrom(one, name)));
  const isOne = having.every((one) => chosen.every((name) => !isFrom(one, name) || isAlike(one, update, [name])));
  const whole = chosen.every((name) => isFrom(update, name));
  if (!isOne || !whole) return refused([refuseSeveral(`the revision ${text}`, having, about)]);
  return accepted({ update, names: chosen });
}

function isAlike(left: StackUpdate, right: StackUpdate, names: readonly string[]): boolean {
  return names.every((name) => isSameWritten(left.pins.get(name), right.pins.get(name)));
}

function refuseUnknown(
  text: string,
  history: readonly StackUpdate[],
  about: Pick<Refusal, "place" | "action">,
): Refusal {
  const [newest, oldest] = [history[0], history.at(-1)];
  const expected =
    newest === undefined || oldest === undefined
      ? "an update: the stack's history is empty"
      : `one of the updates ${oldest.version} (${timeOf(oldest.startMs)}) to ${newest.version} (${timeOf(newest.startMs)})`;
  return { code: "unknown-update", ...about, found: `no update ${text}`, expected };
}

const SHOWN = 5;

function refuseSeveral(
  what: string,
  updates: readonly StackUpdate[],
  about: Pick<Refusal, "place" | "action">,
): Refusal {
  const lines = updates.slice(0, SHOWN).map(({ version, startMs }) => `update ${version}, begun ${timeOf(startMs)}`);
  const more = updates.length - SHOWN;
  const found = [
    `${what}, of several updates with different versions:`,
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  const expected = "one update; --to names one by its number";
  return { code: "ambiguous-update", ...about, found: found.join("\n"), expected };
}

function refuseUnfit(update: StackUpdate, about: Pick<Refusal, "place" | "action">): readonly Refusal[] {
  const { kind, version } = update;
  const unfit = kind === "update" ? unfitness(update) : undefined;
  const found =
    kind !== "update"
      ? `the entry ${version} of the history, which is of kind ${kind}`
      : unfit === undefined
        ? undefined
        : `the update ${version}, which ${ENDS[unfit]}`;
  if (found === undefined) return [];
  return [{ code: "update-unfit", ...about, found, expected: "an update of the whole stage that succeeded" }];
}

const ENDS = {
  failed: "failed",
  "in-progress": "has not ended, or was killed",
  partial: "was of a part of the stage (--target or --exclude)",
} as const;

/** Where nobody named an update and there is none to take. */
export function refuseNothingBefore(stage: string, candidates: readonly Candidate[]): Refusal {
  const fit = candidates.filter(({ unfit }) => unfit === undefined).length;
  return {
    code: "nothing-before",
    place: { path: stage },
    found:
      candidates.length === 0
        ? `no update in the history of ${stage}`
        : `no update before the versions that run now that succeeded, of ${candidates.length} updates`,
    expected: "an earlier version to go back to",
    action:
      fit > 0
        ? `choose one with --to: ${listCommand(stage)}`
        : "bring a corrected version instead: there is none to go back to",
  };
}
