import type { Refusal } from "../../model/refusal.ts";

/** What stands against a promotion: as a whole, and against single applications of it. */
export interface Reasons {
  readonly whole: readonly Refusal[];
  readonly applications: ReadonlyMap<string, readonly Refusal[]>;
}

export const NO_REASONS: Reasons = { whole: [], applications: new Map() };

/** Of those that have any. */
export function reasonsOf(applications: Iterable<readonly [string, readonly Refusal[]]>): Reasons {
  return { whole: [], applications: new Map([...applications].filter(([, refusals]) => refusals.length > 0)) };
}

export function joinReasons(...all: readonly Reasons[]): Reasons {
  const applications = new Map<string, Refusal[]>();
  for (const [name, refusals] of all.flatMap((one) => [...one.applications]))
    applications.set(name, [...(applications.get(name) ?? []), ...refusals]);
  return { whole: all.flatMap(({ whole }) => whole), applications };
}

/**
 * Reasons that were found together, each put to the application that its place in the stack file names; what is not
 * about one of them is about the whole.
 */
export function attribute(refusals: readonly Refusal[], names: readonly string[]): Reasons {
  const known = new Set(names);
  const applications = new Map<string, Refusal[]>();
  const whole: Refusal[] = [];
  for (const refusal of refusals) {
    const [, name = ""] = /^lockstep:(?:pins|settings|schemaLevels)\.([^.[]+)/.exec(refusal.place.path ?? "") ?? [];
    if (known.has(name)) applications.set(name, [...(applications.get(name) ?? []), refusal]);
    else whole.push(refusal);
  }
  return { whole, applications };
}

/** More names make no command that anybody reads. */
const SHOWN_NAMES = 20;

export interface Call {
  readonly from: string;
  readonly to: string;
  /** Everything that was to go. */
  readonly names: readonly string[];
}

/**
 * Every reason once. They go together or not at all, so that each reason against one of them names the command that
 * promotes the others.
 */
export function listReasons({ whole, applications }: Reasons, call: Call): readonly Refusal[] {
  const others = call.names.filter((name) => !applications.has(name));
  const hint = others.length === 0 || applications.size === 0 ? "" : `\nwithout it: ${commandOf(call, others)}`;
  const single = [...applications.values()]
    .flat()
    .map((refusal) => ({ ...refusal, action: `${refusal.action}${hint}` }));
  const seen = new Set<string>();
  return [...whole, ...single].filter((refusal) => {
    const key = JSON.stringify(refusal);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function commandOf({ from, to }: Call, others: readonly string[]): string {
  const shown = others.slice(0, SHOWN_NAMES).join(" ");
  const more = others.length - SHOWN_NAMES;
  return `npm run promote -- ${from} ${to} ${shown}${more > 0 ? ` … (and ${more} more)` : ""}`;
}
