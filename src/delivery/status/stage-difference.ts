import { activeHold, type ActiveHold } from "../../model/holds.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { StackFile } from "../../model/stack-file.ts";
import { absence } from "../../model/stage.ts";
import { settingsDifferences, type SettingDifference } from "../settings-differences.ts";

/** What differs between two stages. The catalogue is the same in both. */
export interface StageDifference {
  readonly left: string;
  readonly right: string;
  readonly applications: readonly ApplicationDifference[];
}

export interface ApplicationDifference {
  readonly name: string;
  /** `nowhere`: neither stage has it. */
  readonly kind: "equal" | "differs" | "only-left" | "only-right" | "nowhere";
  readonly left: VersionSide | undefined;
  readonly right: VersionSide | undefined;
  /** The parts of the version that are not the same. */
  readonly version: readonly VersionPart[];
  readonly settings: readonly SettingDifference[];
}

/** The version of an application in one of the stages, where it runs there. */
export interface VersionSide {
  readonly image: string;
  readonly chart: string;
  readonly revision: string | undefined;
  readonly createdMs: number | undefined;
  readonly schemaLevel: number | undefined;
  /** What keeps it where it is in that stage, or keeps versions of it away. */
  readonly hold: ActiveHold | undefined;
}

export type VersionPart = "image" | "chart" | "revision" | "created" | "schema level";

export interface DifferenceRequest {
  readonly left: NamedStackFile;
  readonly right: NamedStackFile;
  /** Of the applications that are asked about, in their order. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export interface NamedStackFile {
  readonly stage: string;
  readonly stackFile: StackFile;
}

export function stageDifference({ left, right, names, nowMs }: DifferenceRequest): StageDifference {
  const applications = names.map((name) => applicationDifference(name, left.stackFile, right.stackFile, nowMs));
  return { left: left.stage, right: right.stage, applications };
}

function applicationDifference(
  name: string,
  leftFile: StackFile,
  rightFile: StackFile,
  nowMs: number,
): ApplicationDifference {
  const [left, right] = [sideOf(name, leftFile, nowMs), sideOf(name, rightFile, nowMs)];
  const settings = settingsDifferences(leftFile.settings.get(name) ?? {}, rightFile.settings.get(name) ?? {});
  if (left === undefined || right === undefined) {
    if (left === undefined && right === undefined) return { name, kind: "nowhere", left, right, version: [], settings };
    return { name, kind: right === undefined ? "only-left" : "only-right", left, right, version: [], settings };
  }
  const version = PARTS.filter((part) => valueOf(left, part) !== valueOf(right, part));
  const kind = version.length + settings.length > 0 ? "differs" : "equal";
  return { name, kind, left, right, version, settings };
}

const PARTS: readonly VersionPart[] = ["image", "chart", "revision", "created", "schema level"];

function valueOf(side: VersionSide, part: VersionPart): string | number | undefined {
  switch (part) {
    case "created":
      return side.createdMs;
    case "schema level":
      return side.schemaLevel;
    default:
      return side[part];
  }
}

function sideOf(name: string, stackFile: StackFile, nowMs: number): VersionSide | undefined {
  const pin = stackFile.pins.get(name);
  if (pin === undefined || absence(name, stackFile) !== undefined) return undefined;
  const { image, chart, revision } = renderPin(pin);
  const createdMs = pin.created === undefined ? undefined : Date.parse(pin.created);
  const hold = activeHold(stackFile, name, nowMs);
  return { image, chart, revision, createdMs, schemaLevel: stackFile.schemaLevels.get(name), hold };
}
