import type { StackUpdate, WrittenPin } from "../../model/deployed-stage.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import { renderSignedTime } from "../../model/statements/signed-json.ts";
import { workloadsOf } from "./healthy.ts";
import { changesAmong, isWhole } from "./last-update.ts";
import type { SoakStart, SourceEvidence, WrittenApplication } from "./source-evidence.ts";

/** Whether these, the newest of a history, say of every version whether it was there at a time. */
export function reachesBack(history: readonly StackUpdate[], toMs: number): boolean {
  return history.some((update) => isWhole(update) && update.endMs !== undefined && update.endMs <= toMs);
}

/**
 * From when on an application has been running exactly as it is: the latest of the end of the first update with its
 * version, of the first with its desired state, and the time since which its workloads say that they are available.
 * Undefined where nothing says when that was.
 */
export function soakStart(
  name: string,
  { pin }: Pick<WrittenApplication, "pin">,
  evidence: SourceEvidence,
): SoakStart | undefined {
  const versionMs = firstWith(name, renderPin(pin), evidence.history);
  const settingsMs = firstSince(evidence.deployed.applications.get(name)?.sinceMs, evidence.history);
  if (versionMs === undefined || settingsMs === undefined) return undefined;
  const available = workloadsOf(name, evidence).map(({ availableSinceMs }) => availableSinceMs ?? 0);
  const workloadMs = Math.max(0, ...available);
  const sinceMs = Math.max(versionMs, settingsMs, workloadMs);
  const because = sinceMs === versionMs ? "version" : sinceMs === settingsMs ? "settings" : "workload";
  return { sinceMs, because };
}

/**
 * The end of the first whole update of the uninterrupted run with this version. Whatever else was asked for the
 * application meanwhile interrupts it, also where that failed: something of it may have run.
 */
function firstWith(name: string, { image, chart }: WrittenPin, history: readonly StackUpdate[]): number | undefined {
  let endMs: number | undefined;
  for (const update of changesAmong(history)) {
    const pin = update.pins.get(name);
    if (update.kind === "destroy" || pin?.image !== image || pin.chart !== chart) break;
    if (isWhole(update)) endMs = update.endMs ?? endMs;
  }
  return endMs;
}

/** The outputs say when the update with the desired state began: it ran when that one had ended. */
function firstSince(sinceMs: number | undefined, history: readonly StackUpdate[]): number | undefined {
  if (sinceMs === undefined) return undefined;
  const ends = history.flatMap((update) => (isWhole(update) && update.endMs !== undefined ? [update.endMs] : []));
  const after = ends.filter((endMs) => endMs >= sinceMs);
  return after.length === 0 ? sinceMs : Math.min(...after);
}

export interface SoakRule {
  /** Zero where none is asked for. */
  readonly soakMs: number;
  /** The stage whose gate asks for it. */
  readonly target: string;
  readonly nowMs: number;
}

/** What stands against an application that has not run long enough. */
export function refuseUnsoaked(
  name: string,
  start: SoakStart,
  { soakMs, target, nowMs }: SoakRule,
  { definition, stagesFile }: Pick<SourceEvidence, "definition" | "stagesFile">,
): readonly Refusal[] {
  const overMs = start.sinceMs + soakMs;
  if (soakMs === 0 || nowMs >= overMs) return [];
  const since = renderSignedTime(start.sinceMs);
  const source = definition.name;
  return [
    {
      code: "not-soaked",
      place: { path: `${name} in ${source}` },
      found: `${name} has run in ${source} as it is for ${renderSpan(nowMs - start.sinceMs)}: since ${since}, ${BEGAN[start.because]}`,
      expected: `at least ${renderSpan(soakMs)}: stages.${target}.gate.soak in ${stagesFile}`,
      action: `wait another ${renderSpan(overMs - nowMs)}, until ${renderSignedTime(overMs)}, then promote again`,
    },
  ];
}

const BEGAN: Readonly<Record<SoakStart["because"], string>> = {
  version: "when its version was deployed",
  settings: "when its settings or its catalogue entry were deployed",
  workload: "when the cluster last found it available",
};

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** The two largest units, rounded up: who waits that long has waited long enough. */
export function renderSpan(ms: number): string {
  let seconds = Math.ceil(Math.max(0, ms) / 1000);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count === 0) continue;
    parts.push(`${count}${unit}`);
    seconds -= count * size;
  }
  return parts.slice(0, 2).join(" ") || "0s";
}
