import type { StackUpdate, WrittenPin } from "../../model/deployed-stage.ts";
import type { Catalogue } from "../../model/catalogue.ts";
import type { Pin } from "../../model/pin.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { StackFile } from "../../model/stack-file.ts";
import { absence } from "../../model/stage.ts";
import { changesAmong, isWhole } from "../promotion/last-update.ts";
import { cameWith } from "./came-with.ts";

/** An update of a stage's history, as somebody looks at it who wants to go back. */
export interface Candidate {
  readonly update: StackUpdate;
  /** The pins that it had and that are not those of now, by application. */
  readonly differing: ReadonlyMap<string, Pin>;
  /** Why nobody goes back there; undefined: it can be gone back to, as far as the history says it. */
  readonly unfit: Unfit | undefined;
  /** What stands against each of the versions that differ; empty where nothing does. */
  readonly against: readonly Refusal[];
}

export type Unfit = "failed" | "in-progress" | "partial" | "same";

export interface CandidatesRequest {
  /** Of the whole history, the newest first. */
  readonly history: readonly StackUpdate[];
  /** Those that are to go back. */
  readonly names: readonly string[];
  /** What stands against a version of an application: holds, and the schema barrier. */
  readonly judge: (name: string, pin: Pin) => readonly Refusal[];
}

/** Every update that was to change what runs, the newest first. */
export function candidatesOf({ history, names, judge }: CandidatesRequest): readonly Candidate[] {
  const updates = updatesOf(history);
  const now = runningPins(history);
  return updates.map((update) => {
    const differing = new Map(
      names.flatMap((name) => {
        const pin = update.wholePins.get(name);
        return pin === undefined || isSameWritten(update.pins.get(name), now.get(name)) ? [] : [[name, pin] as const];
      }),
    );
    const unfit = unfitness(update) ?? (differing.size === 0 ? "same" : undefined);
    const against = unfit === undefined ? [...differing].flatMap(([name, pin]) => judge(name, pin)) : [];
    return { update, differing, unfit, against };
  });
}

/**
 * The newest update before the one with which a version of now came, and with another version. What was gone back from
 * is not gone back to, of no application; a version that was deployed anew after a rollback came with that deploy. A
 * version on hold is passed over: it is known to be bad.
 */
export function newestBefore(
  { history, names }: Pick<CandidatesRequest, "history" | "names">,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const now = runningPins(history);
  const updates = candidates.map(({ update }) => update);
  const came = new Map(
    names.map((name) => {
      const isNow = isSameWritten(updates[0]?.pins.get(name), now.get(name));
      return [name, (isNow ? cameWith(updates, name) : undefined) ?? -1] as const;
    }),
  );
  return candidates.find(
    ({ unfit, against, differing }, index) =>
      unfit === undefined &&
      [...differing.keys()].every((name) => index > (came.get(name) ?? -1)) &&
      !against.some(({ code }) => code === HELD),
  );
}

/** The code of what says that a version is on hold. */
export const HELD = "held";

/** Those that were to change what runs, and did not take it away. */
export function updatesOf(history: readonly StackUpdate[]): readonly StackUpdate[] {
  return history.filter(({ kind }) => kind === "update");
}

/** Of the newest change, however it ended: what a failed one brought runs as well, here and there. */
function runningPins(history: readonly StackUpdate[]): ReadonlyMap<string, WrittenPin> {
  return changesAmong(history)[0]?.pins ?? new Map<string, WrittenPin>();
}

export function isSameWritten(left: WrittenPin | undefined, right: WrittenPin | undefined): boolean {
  return left?.image === right?.image && left?.chart === right?.chart;
}

/** What an update proves nothing by. */
export function unfitness(update: StackUpdate): Exclude<Unfit, "same"> | undefined {
  if (isWhole(update)) return undefined;
  if (update.result !== "succeeded") return update.result;
  return "partial";
}

/** Who is to go back: those that were named, else everything that runs. */
export function selectNames(names: readonly string[], catalogue: Catalogue, stackFile: StackFile): readonly string[] {
  if (names.length > 0) return [...new Set(names)];
  return [...catalogue.keys()].filter((name) => absence(name, stackFile) === undefined);
}
