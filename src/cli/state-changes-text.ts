import { changesBetween, versionOf, type ChangePart, type StateChange } from "../delivery/state-changes.ts";
import type { JsonObject } from "../model/json.ts";
import { printable } from "../model/refusal.ts";
import { ageText } from "./age-text.ts";

/** What happens to one application. */
export interface ShownTransition {
  readonly name: string;
  /** Undefined: it comes. */
  readonly before: JsonObject | undefined;
  /** Undefined: it goes. */
  readonly after: JsonObject | undefined;
}

export interface ShowOptions {
  /** What ages are counted from. */
  readonly nowMs: number;
  /** Values in full, and computed ones that only repeat others. */
  readonly all: boolean;
  /** Said elsewhere, of all applications at once. @default nothing */
  readonly shared?: readonly StateChange[];
}

/** The difference between two desired states, as text that a release manager decides on. */
export function renderTransition({ name, before, after }: ShownTransition, options: ShowOptions): string {
  const said = new Set(options.shared?.map((change) => JSON.stringify(change)));
  const changes = changesBetween(name, before, after).filter((change) => !said.has(JSON.stringify(change)));
  const title = titleOf(name, before, after);
  if (after === undefined && before !== undefined && !options.all)
    return `${title}\n  all of it is removed from the stage (--all shows what was there)`;
  return [title, ...renderChanges(name, changes, { ...options, comes: before === undefined })].join("\n");
}

/** What changes of the stage in every one of several applications alike: said once, it can be read. */
export function sharedChanges(transitions: readonly ShownTransition[]): readonly StateChange[] {
  const [first, ...others] = transitions.map(({ name, before, after }) =>
    changesBetween(name, before, after).filter(({ part }) => part === "stage"),
  );
  if (first === undefined || others.length === 0) return [];
  const rest = others.map((changes) => new Set(changes.map((change) => JSON.stringify(change))));
  return first.filter((change) => rest.every((changes) => changes.has(JSON.stringify(change))));
}

function titleOf(name: string, before: JsonObject | undefined, after: JsonObject | undefined): string {
  const [left, right] = [versionOf(before), versionOf(after)];
  const shown = printable(name);
  if (before === undefined) return `${shown}  comes: ${right?.tag ?? "?"}`;
  if (after === undefined) return `${shown}  goes: it was ${left?.tag ?? "?"} (${left?.digest ?? "no digest"})`;
  const same = left?.image === right?.image;
  return same ? `${shown}  stays at ${right?.tag ?? "?"}` : `${shown}  ${left?.tag ?? "?"} -> ${right?.tag ?? "?"}`;
}

export interface PartOptions extends ShowOptions {
  /** Whether there was nothing before. @default false */
  readonly comes?: boolean;
}

const TITLES: Readonly<Record<ChangePart, string>> = {
  version: "version",
  chart: "chart",
  schema: "schema",
  settings: "settings",
  catalogue: "catalogue",
  stage: "stage",
  computed: "computed values",
};

/** Lines for a list of changes, a title before each part; empty where nothing differs. */
export function renderChanges(name: string, changes: readonly StateChange[], options: PartOptions): readonly string[] {
  const shown = changes.filter(({ follows }) => options.all || !follows);
  const parts = Map.groupBy(shown, ({ part }) => part);
  const width = Math.min(MAX_LABEL, Math.max(0, ...shown.map((change) => labelOf(name, change).length)));
  const hidden = changes.length - shown.length;
  return [
    ...[...parts].flatMap(([part, ofPart]) => [
      `  ${TITLES[part]}`,
      ...ofPart.flatMap((change) => renderChange(labelOf(name, change), change, width, options)),
    ]),
    ...(hidden === 0
      ? []
      : [`  and ${hidden} computed ${hidden === 1 ? "value that repeats" : "values that repeat"} these (--all)`]),
  ];
}

const MAX_LABEL = 40;
const MAX_VALUE = 60;
const SHOWN_DIGITS = 12;

/** The path without what the titles say already. */
function labelOf(name: string, { path }: StateChange): string {
  const known = [
    ...["pins", "settings", "schemaLevels"].map((section) => `lockstep:${section}.${name}.`),
    `src/applications/${name}.ts: `,
  ];
  const prefix = known.find((one) => path.startsWith(one)) ?? "";
  return path === `lockstep:schemaLevels.${name}` ? "level" : path.slice(prefix.length);
}

function renderChange(label: string, change: StateChange, width: number, options: PartOptions): readonly string[] {
  const start = `    ${label.padEnd(width)}  `;
  const { list, before, after, secret } = change;
  if (secret) {
    const what = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    return [`${start}${what}`];
  }
  if (list !== undefined) {
    const lines = [...list.added.map((text) => `+ ${text}`), ...list.removed.map((text) => `- ${text}`)];
    return lines.map((line, index) => `${index === 0 ? start : " ".repeat(start.length)}${line}`);
  }
  const [left, right] = valuesOf(label, change, options);
  // Of an application that comes, nothing was set: its title says so.
  if (left === undefined) return [`${start}${options.comes === true ? "" : "(not set) -> "}${right ?? ""}`];
  return [`${start}${left} -> ${right ?? "(not set)"}`];
}

function valuesOf(
  label: string,
  { part, before, after }: StateChange,
  options: ShowOptions,
): readonly [string | undefined, string | undefined] {
  const isPin = part === "version" || part === "chart";
  if (isPin && label === "created") return [withAge(before, options.nowMs), withAge(after, options.nowMs)];
  if (options.all) return [before, after];
  if (isPin) {
    const [left, right] = [shortVersion(before, after), shortVersion(after, before)];
    // The first digits can be made to be alike.
    return left === right ? [before, after] : [left, right];
  }
  const same = sameEnds(before ?? "", after ?? "");
  return [cut(before, same), cut(after, same)];
}

function withAge(time: string | undefined, nowMs: number): string | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? time : `${time ?? ""} (${ageText(nowMs - ms)} old)`;
}

/** Tag and digest, short, where the other side is of the same name; --all and the statement have all of it. */
function shortVersion(text: string | undefined, other: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{40,64}$/.test(text)) return text?.slice(0, SHOWN_DIGITS);
  const isSame = nameIn(text) === nameIn(other);
  return text.replace(REFERENCE, isSame ? "$<tag> ($<digest>…)" : "$<name>:$<tag>@$<digest>…");
}

function nameIn(text: string | undefined): string | undefined {
  return REFERENCE.exec(text ?? "")?.groups?.["name"];
}

const REFERENCE = /^(?<name>[^@]+):(?<tag>[^:@/]+)@(?<digest>sha256:[0-9a-f]{12})[0-9a-f]{52}$/;

/** How many characters at the beginning and at the end two texts have in common. */
interface SameEnds {
  readonly start: number;
  readonly end: number;
}

function sameEnds(left: string, right: string): SameEnds {
  const shortest = Math.min(left.length, right.length);
  let start = 0;
  while (start < shortest && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shortest - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return { start, end };
}

/** Of a long value, what the two have in common is cut away, and nothing else, however long it is. */
function cut(text: string | undefined, { start, end }: SameEnds): string | undefined {
  if (text === undefined || text.length <= MAX_VALUE) return text;
  const from = start < MAX_VALUE / 2 ? 0 : start - MAX_VALUE / 4;
  const to = end < MAX_VALUE / 2 ? text.length : text.length - end + MAX_VALUE / 4;
  return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
}
