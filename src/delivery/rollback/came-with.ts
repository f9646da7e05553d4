import type { StackUpdate } from "../../model/deployed-stage.ts";
import { isOlder } from "../promotion/version-order.ts";

/**
 * The update with which the version of now of an application came, as an index; undefined where there is none. What
 * went back stands where it came the first time: what it was taken back from lies ahead, until it is deployed anew.
 * @param updates the newest first
 */
export function cameWith(updates: readonly StackUpdate[], name: string): number | undefined {
  const steps: Step[] = [];
  const known = new Map<string, number[]>();
  for (const update of updates.toReversed()) {
    const version = versionOf(update, name);
    const same = known.get(version) ?? [];
    steps.push({ update, version, came: placeOf({ update, version, name, same, steps }) });
    known.set(version, [...same, steps.length - 1]);
  }
  const newest = steps.at(-1);
  return newest === undefined ? undefined : steps.length - 1 - newest.came;
}

interface Step {
  readonly update: StackUpdate;
  readonly version: string;
  /** The step with which that version came. */
  readonly came: number;
}

interface NextStep extends Omit<Step, "came"> {
  readonly name: string;
  /** Earlier steps with this version, the oldest first. */
  readonly same: readonly number[];
  /** All earlier ones. */
  readonly steps: readonly Step[];
}

function placeOf({ update, version, name, same, steps }: NextStep): number {
  const before = steps.at(-1);
  if (before === undefined) return 0;
  if (before.version === version) return before.came;
  const earlier = steps[same.findLast((index) => index < before.came) ?? -1];
  return earlier !== undefined && isWayBack(update, before.update, name) ? earlier.came : steps.length;
}

/**
 * Whether an update took an application back. A verb says so; by whatever other means it came, an older version is one.
 * @param before the update before it
 */
export function isWayBack(update: StackUpdate, before: StackUpdate | undefined, name: string): boolean {
  if (update.record?.["purpose"] === "rollback") return true;
  const after = update.wholePins.get(name);
  return after !== undefined && isOlder(before?.wholePins.get(name), after);
}

function versionOf({ pins }: StackUpdate, name: string): string {
  const pin = pins.get(name);
  return `${pin?.image ?? ""} ${pin?.chart ?? ""}`;
}
