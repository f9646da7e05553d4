import { isCiphertext, isRecord } from "../model/json.ts";
import type { Settings } from "../model/settings.ts";
import { renderKeyPath, type KeyPath } from "../model/yaml-source.ts";

/** One setting that two stages have differently. */
export interface SettingDifference {
  /** Below the application's settings, such as `env.LOG_LEVEL`. */
  readonly path: string;
  /** Undefined where nothing is set. */
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** What is shown of a secret: its ciphertexts differ between any two stages and say nothing. */
const SET = "set";

/**
 * The settings of one application that are not the same in two stages, in the order of the settings' names. A setting
 * that is left out counts as its default; of a secret only whether it is set counts, and nothing of it is shown.
 */
export function settingsDifferences(left: Settings, right: Settings): readonly SettingDifference[] {
  const lefts = leavesOf(left);
  const rights = leavesOf(right);
  const keys = [...new Set([...lefts.keys(), ...rights.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [one, other] = [lefts.get(key) ?? DEFAULTS.get(key), rights.get(key) ?? DEFAULTS.get(key)];
    const path = one?.path ?? other?.path;
    if (path === undefined || JSON.stringify(one?.value) === JSON.stringify(other?.value)) return [];
    return [{ path: renderKeyPath(path), ...textsOf(one, other) }];
  });
}

/** One value, and where it stands. */
interface Leaf {
  readonly path: KeyPath;
  readonly value: unknown;
}

/** Of the settings that have one wherever they stand; the others follow from the catalogue. */
const DEFAULTS: ReadonlyMap<string, Leaf> = new Map(
  [
    { path: ["enabled"], value: true },
    { path: ["replicas"], value: 1 },
  ].map((leaf) => [keyOf(leaf.path), leaf]),
);

function leavesOf({ timeout, ...settings }: Settings): ReadonlyMap<string, Leaf> {
  const written = timeout === undefined ? settings : { ...settings, timeout: durationText(timeout) };
  return new Map(collect(written, []).map((leaf) => [keyOf(leaf.path), leaf]));
}

/** Two paths may look the same: a name may have a dot in it. */
function keyOf(path: KeyPath): string {
  return JSON.stringify(path);
}

function collect(value: unknown, path: KeyPath): readonly Leaf[] {
  if (isCiphertext(value)) return [{ path, value: SET }];
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return entries.flatMap(([key, inner]) => collect(inner, [...path, key]));
  } else if (!Array.isArray(value)) return value === undefined ? [] : [{ path, value }];
  else if (value.length > 0) return [{ path, value: value.map(withoutCiphertexts) }];
  // No hosts and an empty list of them are the same; to a chart an empty value of its own may not be.
  return path.length > 1 ? [{ path, value }] : [];
}

/** Raw values of somebody else's chart may have secrets anywhere. */
function withoutCiphertexts(value: unknown): unknown {
  if (isCiphertext(value)) return SET;
  if (Array.isArray(value)) return value.map(withoutCiphertexts);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutCiphertexts(inner)]));
}

/** The text "1" and the number 1 are two values: as JSON where they would look the same. */
function textsOf(left: Leaf | undefined, right: Leaf | undefined): Pick<SettingDifference, "left" | "right"> {
  const [one, other] = [textOf(left), textOf(right)];
  if (one !== other) return { left: one, right: other };
  return { left: JSON.stringify(left?.value), right: JSON.stringify(right?.value) };
}

function textOf(leaf: Leaf | undefined): string | undefined {
  if (leaf === undefined) return undefined;
  const { value } = leaf;
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"))
    return value.join(", ");
  return JSON.stringify(value);
}

/** Settings keep lengths of time in seconds. */
function durationText(seconds: number): string {
  const [amount, unit] =
    seconds % 3600 === 0 ? [seconds / 3600, "h"] : seconds % 60 === 0 ? [seconds / 60, "m"] : [seconds, "s"];
  return `${amount}${unit}`;
}
